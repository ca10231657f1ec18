import { readFile, writeFile } from "node:fs/promises"
import { createInterface } from "node:readline"
import { bytesOf } from "../networks/random.js"
import type { Greeting, InferenceCase } from "./case.js"

/** An engine that has a network ready for the case's input. */
export interface Ready {
  /** A whole run: from the input in the process's memory to the output there. */
  run(): Promise<Float32Array>
}

/** The case of this process, and its input. */
export async function readCase(): Promise<{
  readonly theCase: InferenceCase
  readonly input: Uint8Array<ArrayBuffer>
}> {
  const theCase = JSON.parse(await readFile(process.argv[2] as string, "utf8")) as InferenceCase
  return { theCase, input: new Uint8Array(await readFile(theCase.input.path)) }
}

/** Loads, runs once, says so, and answers lines until it is ended: python/inference_peer.py does the same. */
export async function answer(load: () => Promise<Ready>, greet: (first: number) => Promise<Greeting>): Promise<void> {
  const start = performance.now()
  const { run } = await load()
  let output = await run()
  console.log(JSON.stringify(await greet(performance.now() - start)))

  /** "time 100": the median of runs during so many milliseconds, after an uncounted one. */
  async function time(atLeast: number): Promise<number> {
    await run()
    const taken: number[] = []
    for (let sum = 0; sum < atLeast; sum += taken.at(-1) as number) {
      const from = performance.now()
      output = await run()
      taken.push(performance.now() - from)
    }
    return taken.sort((a, b) => a - b)[taken.length >> 1] as number
  }

  for await (const line of createInterface({ input: process.stdin })) {
    const [action, value] = line.split(" ") as [string, string]
    // "output PATH": what the latest run gave.
    if (action === "output") await writeFile(value, bytesOf(output))
    console.log(action === "time" ? await time(Number(value)) : "done")
  }
}
