// The conformance suite in a page: a case runs when the tests name it.
import { tfjs } from "@strongroom/backend-tfjs/browser"
import type { BundledBackend } from "@strongroom/core"
import type { CreateEngine } from "@strongroom/core/backend"
import { type ConformanceCase, conformanceCases, openPageSuite, type Suite } from "@strongroom/testkit/page"

/** `leaking`: WebAssembly behind an engine that keeps every output, and numbers a bit too large: the suite's control. */
export type Subject = "webgpu" | "webgl" | "wasm" | "leaking"

/** What pages.ts adds to the page. */
declare function memoryInUse(): Promise<readonly number[]>

const suites = new Map<Subject, Promise<Suite>>()

const backend = (subject: Subject): BundledBackend =>
  subject === "leaking" ? leaking() : tfjs({ engine: subject, wasmPaths: "/wasm/" })

/** Runs one case. False: it is a declared gap. */
export async function runCase(subject: Subject, id: string): Promise<boolean> {
  const suite = suites.get(subject) ?? openPageSuite(() => backend(subject), { memory: memoryInUse })
  suites.set(subject, suite)
  return (await suite).run(conformanceCases.find((each) => each.id === id) as ConformanceCase)
}

export async function closeSuite(subject: Subject): Promise<void> {
  await (await suites.get(subject))?.close()
}

const held: Uint8Array[] = []

function leaking(): BundledBackend {
  const sound = backend("wasm")
  return { ...sound, load: async () => ({ default: leakingEngine((await sound.load()).default) }) }
}

const leakingEngine =
  (create: CreateEngine): CreateEngine =>
  async (options, host) => {
    const engine = await create(options, host)
    return {
      ...engine,
      async load(model, context) {
        const session = await engine.load(model, context)
        if ("declined" in session) return session
        return {
          ...session,
          async run(call) {
            const outputs = await session.run(call)
            for (const output of Object.values(outputs)) {
              if ("kept" in output || output.type !== "float32") continue
              held.push(output.data.slice())
              const elements = new Float32Array(output.data.buffer, output.data.byteOffset, output.data.length / 4)
              elements.forEach((element, index) => {
                elements[index] = element + 1
              })
            }
            return outputs
          },
        }
      },
    }
  }
