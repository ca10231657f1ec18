import { describe, expect, it } from "vitest"
import type { FloatTensor, Network } from "../src/ocr/network.js"
import { type Networks, read } from "../src/ocr/read.js"

const alphabet = ["", "p", "d", " "]
const picture = { width: 128, height: 64, data: new Uint8Array(128 * 64 * 3).fill(255) }

/** Finds one line in the middle. */
const detector: Network = async ({ shape }) => {
  const [, , height = 0, width = 0] = shape
  const data = new Float32Array(width * height)
  for (let y = 28; y < 38; y++) data.fill(0.9, y * width + 30, y * width + 90)
  return { shape: [1, 1, height, width], data }
}

function says(upsideDown: number): Network {
  return async () => ({ shape: [1, 2], data: Float32Array.of(1 - upsideDown, upsideDown) })
}

/** Reads "p" first and, when asked again, "d", as sure as told. */
function recogniser(...sure: number[]): Network {
  let call = 0
  return async () => {
    const probability = sure[call] ?? 0
    const step = new Float32Array(4)
    step[0] = 1 - probability
    step[++call] = probability
    return { shape: [1, 1, 4], data: step }
  }
}

function networks(parts: Partial<Networks>): Networks {
  return { detector, classifier: says(0), recogniser: recogniser(0.9), alphabet, ...parts }
}

describe("read", () => {
  it("finds a line and gives its box in the picture's pixels", async () => {
    const lines = await read(picture, networks({}))
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({ text: "p" })
    expect(lines[0]?.confidence).toBeCloseTo(0.9, 6)
    expect(lines[0]?.box).toEqual([
      [25, 23],
      [95, 23],
      [95, 43],
      [25, 43],
    ])
  })

  it("turns a line when the classifier says so and the recogniser is surer then", async () => {
    const [line] = await read(picture, networks({ classifier: says(0.99), recogniser: recogniser(0.6, 0.95) }))
    expect(line).toMatchObject({
      text: "d",
      box: [
        [95, 43],
        [25, 43],
        [25, 23],
        [95, 23],
      ],
    })
  })

  it("doesn't when the recogniser reads it as well as it stands", async () => {
    const [line] = await read(picture, networks({ classifier: says(0.99), recogniser: recogniser(0.85, 0.9) }))
    expect(line?.text).toBe("p")
  })

  it("doesn't ask the classifier about a line that is read well", async () => {
    const classifier: Network = () => Promise.reject(new Error("asked"))
    expect(await read(picture, networks({ classifier, recogniser: recogniser(0.95) }))).toHaveLength(1)
    await expect(read(picture, networks({ classifier, recogniser: recogniser(0.85) }))).rejects.toThrow("asked")
  })

  it("leaves out what the recogniser isn't sure of", async () => {
    expect(await read(picture, networks({ recogniser: recogniser(0.4) }))).toEqual([])
  })

  it("finds nothing in an empty picture", async () => {
    const nothing: Network = async (input) => ({ shape: input.shape, data: new Float32Array(input.data.length / 3) })
    expect(await read(picture, networks({ detector: nothing }))).toEqual([])
  })

  it("hands the signal to every network", async () => {
    const controller = new AbortController()
    const seen: (AbortSignal | undefined)[] = []
    const watch =
      (network: Network): Network =>
      async (input: FloatTensor, signal?: AbortSignal) => {
        seen.push(signal)
        return network(input, signal)
      }
    await read(
      picture,
      networks({ detector: watch(detector), classifier: watch(says(0)), recogniser: watch(recogniser(0.8)) }),
      controller.signal,
    )
    expect(seen).toEqual([controller.signal, controller.signal, controller.signal])
  })

  it("refuses an alphabet of another recogniser", async () => {
    const short = networks({ alphabet: ["", "p"] })
    await expect(read(picture, short)).rejects.toThrow(RangeError)
  })
})
