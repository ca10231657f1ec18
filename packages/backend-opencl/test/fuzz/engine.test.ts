import { missingDriver } from "@strongroom/test-machine"
import { expect, it } from "vitest"
import { fuzzEngine } from "./fuzz-engine.js"

// npm run fuzz -- engine sets these; without it, it is the short form.
const {
  STRONGROOM_FUZZ_SECONDS: seconds = "5",
  STRONGROOM_FUZZ_SEED: seed,
  STRONGROOM_FUZZ_FIRST: first = "0",
  STRONGROOM_FUZZ_FILTER: filter = "",
  STRONGROOM_ONNX_DATA: data,
} = process.env
const why = missingDriver("pocl") ?? (data === undefined ? "no ONNX test data" : undefined)

it.skipIf(why)(
  `mutated networks are refused in plain words, or run within their memory, for ${seconds} s`,
  {
    timeout: (Number(seconds) + 120) * 1000,
  },
  async () => {
    const options = {
      data: data as string,
      seed: Number(seed ?? Date.now() % 1_000_000),
      first: Number(first),
      seconds: Number(seconds),
      processes: 2,
      filter,
      onnxruntime: new URL("../../../backend-onnxruntime/package.json", import.meta.url).href,
    }
    const { outcomes, failures, slow, differences, isFenced } = await fuzzEngine(options)
    const lines = [
      `Seed ${options.seed}${isFenced ? "" : ", without a fence"}: ${JSON.stringify(outcomes)}; ` +
        `${slow.length} took too long, ${differences.length} differ from ONNX Runtime.`,
      ...slow.map(({ index, name }) => `slow: ${index} ${name}`),
      ...differences.map(({ index, name, problem }) => `differs: ${index} ${name}: ${problem}`),
    ]
    console.log(lines.join("\n"))
    expect(failures, `seed ${options.seed}`).toEqual([])
    expect(outcomes.taken).toBeGreaterThan(0)
  },
)
