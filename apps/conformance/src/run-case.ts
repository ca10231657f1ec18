import type { Engine, EngineSession } from "@strongroom/core/backend"
import { noArtifacts, tensorByteLength } from "@strongroom/core/host"
import type { Case } from "./case.js"
import { compare } from "./compare.js"
import { type LoadedCase, type LoadedSet, loadCase, NotInContract } from "./load-case.js"
import type { Verdict } from "./result.js"

/** Sessions of engines that count what they launch on a device. */
type CountingSession = EngineSession & { readonly launches?: number }

/** Runs one case on an engine that is called straight through the contract, so that it may fail in its own words. */
export async function runCase(engine: Engine, one: Case): Promise<Verdict> {
  try {
    const loaded = loadCase(one)
    const lacking = whatEngineLacks(engine, loaded)
    if (lacking !== undefined) return { outcome: "declined", reason: lacking }
    const session = await engine.load(loaded.model, {
      signal: new AbortController().signal,
      progress: () => {},
      artifacts: noArtifacts,
    })
    if ("declined" in session) return { outcome: "declined", reason: session.declined }
    try {
      return await runSets(session, loaded, one)
    } finally {
      await session.close()
    }
  } catch (error) {
    if (error instanceof NotInContract) return { outcome: "declined", reason: error.message }
    return { outcome: "failed", reason: firstLine(error) }
  }
}

/** What core's host looks at before it asks an engine. */
function whatEngineLacks({ capabilities }: Engine, { model }: LoadedCase): string | undefined {
  if (!capabilities.kinds.includes("onnx")) return "it takes no ONNX."
  const lacking = [...model.inputs, ...model.outputs].find(({ type }) => !capabilities.types.includes(type))
  return lacking && `it has no ${lacking.type} tensors.`
}

async function runSets(session: CountingSession, { sets }: LoadedCase, { tolerance }: Case): Promise<Verdict> {
  let difference: number | undefined
  const problems: string[] = []
  for (const set of sets) {
    for (const compared of await runSet(session, set, tolerance)) {
      if (compared.difference !== undefined) difference = Math.max(difference ?? 0, compared.difference)
      if (!compared.equal) problems.push(compared.problem)
    }
  }
  return {
    outcome: problems.length === 0 ? "passed" : "failed",
    ...(problems[0] !== undefined && { reason: `an output is wrong: ${problems[0]}.` }),
    ...(difference !== undefined && { difference }),
    ...(session.launches !== undefined && { launches: session.launches }),
  }
}

async function runSet(session: EngineSession, { inputs, outputs }: LoadedSet, tolerance: Case["tolerance"]) {
  const results = await session.run({
    inputs,
    outputs: Object.keys(outputs),
    keep: [],
    allocate: (type, shape) => new Uint8Array(tensorByteLength(type, shape)),
    signal: new AbortController().signal,
  })
  return Object.entries(outputs).map(([name, expected]) => {
    const actual = results[name]
    if (actual === undefined || "kept" in actual) throw new Error("An output is missing.")
    return compare(actual, expected, tolerance)
  })
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error)
  return (text.split("\n")[0] as string).slice(0, 300)
}
