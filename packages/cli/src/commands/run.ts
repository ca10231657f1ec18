import { formatReport, type Session, type Tensor } from "@strongroom/core"
import type { Vault } from "@strongroom/vault"
import { type Command, Option } from "commander"
import { type CommonOptions, type Context, describeCommand } from "../command.js"
import { backends, type Choice, openModel } from "../engines.js"
import { type IdentityOptions, identityOptions, readIdentity } from "../identity.js"
import { formatShape, makeInputs, parseInputs } from "../inputs.js"
import { writeOutputs } from "../outputs.js"
import { collect, parseCount, parseObject } from "../parse.js"
import { type Summary, summarise } from "../summary.js"
import { printable } from "../terminal.js"
import { readSomeTrust, type TrustOptions, trustOptions } from "../trust.js"

interface RunCommandOptions extends CommonOptions, TrustOptions, IdentityOptions {
  readonly grant: string
  readonly backend?: string
  readonly backendOptions?: object
  readonly input?: readonly string[]
  readonly shape?: readonly string[]
  readonly outputDir?: string
  readonly runs: string
  readonly report?: true
  readonly force?: true
}

/** `strongroom run`: opens a vault, loads a sealed model in it and runs it. */
export function runCommand(context: Context): Command {
  const command = describeCommand(
    "run",
    "open a sealed model in a vault and run it",
    "strongroom run ocr.sealed --grant alice.grant --identity alice.key --trust publisher.pub \\\n" +
      "  --input x=picture.npy --output-dir outputs --report",
  )
    .argument("<model>", "the sealed model, a path or an http(s) URL")
    .requiredOption("--grant <file>", "the grant that gives you the model's key")
  return trustOptions(identityOptions(command))
    .addOption(
      new Option("--backend <name>", "the engine (default: the first that takes the model)").choices(
        Object.keys(backends),
      ),
    )
    .option(
      "--backend-options <json>",
      `that engine's options, as its package names them: '{"device":"cpu"}'`,
      parseObject,
    )
    .option(
      "--input <name=value>",
      "an input: a .npy file, a file of bare little-endian elements, zeros, random or random:SEED (can be repeated)",
      collect,
    )
    .option("--shape <name=sizes>", "an input's sizes where the model leaves them open: x=1x3x48x192", collect)
    .option("--output-dir <folder>", "write each output there, as .npy")
    .option("--runs <number>", "how often to run it, to see its times", "1")
    .option("--report", "print what the vault guarantees")
    .option("--force", "overwrite existing outputs")
    .action((model: string, options: RunCommandOptions) => run(model, options, context))
}

async function run(model: string, options: RunCommandOptions, context: Context): Promise<void> {
  const { signal } = context
  const terminal = context.terminal(options)
  const runs = parseCount(options.runs, "--runs", 1)
  const choice = readChoice(options)
  const choices = parseInputs(options.input ?? [], options.shape ?? [])
  const trust = await readSomeTrust(options, signal)
  const identity = await readIdentity(options, context)
  const progress = terminal.progress("Loading")
  const load = (vault: Vault) =>
    vault.load(model, { grant: options.grant, identity, trust }, { signal, onProgress: progress.update })
  const opened = await openModel(choice, load, signal).finally(progress.end)
  const { vault, session, backend, openMilliseconds, loadMilliseconds } = opened
  try {
    const inputs = await makeInputs(session.inputs, choices, signal)
    const { outputs, runMilliseconds } = await runTimes(session, inputs, runs, signal)
    const files =
      options.outputDir === undefined
        ? undefined
        : await writeOutputs(outputs, options.outputDir, options.force === true)
    const results = Object.entries(outputs).map(([name, tensor]) => {
      const { type, shape } = tensor
      const file = files?.get(name)
      return { name, type, shape, ...summarise(tensor), ...(file === undefined ? {} : { file }) }
    })
    const report = options.report ? vault.report() : undefined
    terminal.result(
      { backend, outputs: results, openMilliseconds, loadMilliseconds, runMilliseconds, ...(report && { report }) },
      [
        ...results.map(formatOutput),
        `vault ${milliseconds(openMilliseconds)}, load ${milliseconds(loadMilliseconds)}, ${formatRuns(runMilliseconds)}` +
          ` (${backend})`,
        ...(report ? ["", formatReport(report)] : []),
      ].join("\n"),
    )
  } finally {
    await vault.close()
  }
}

function readChoice({ backend, backendOptions }: RunCommandOptions): Choice {
  if (backendOptions !== undefined && backend === undefined) {
    throw new TypeError("--backend-options are of one engine: name it with --backend.")
  }
  return { ...(backend !== undefined && { name: backend }), ...(backendOptions && { options: backendOptions }) }
}

async function runTimes(
  session: Session,
  inputs: { readonly [name: string]: Tensor },
  runs: number,
  signal: AbortSignal,
): Promise<{ readonly outputs: { readonly [name: string]: Tensor }; readonly runMilliseconds: readonly number[] }> {
  const runMilliseconds: number[] = []
  let outputs: { readonly [name: string]: Tensor } = {}
  for (let run = 0; run < runs; run += 1) {
    const start = performance.now()
    outputs = await session.run(inputs, { signal })
    runMilliseconds.push(performance.now() - start)
  }
  return { outputs, runMilliseconds }
}

type Result = Summary & { name: string; type: string; shape: readonly number[]; file?: string }

/** `softmax_0  float32 1x2  min 0.1, max 0.9, mean 0.5  [0.1, 0.9]` */
function formatOutput({ name, type, shape, min, max, mean, notFinite, first, file }: Result): string {
  const count = shape.reduce((product, size) => product * size, 1)
  const values = first.map((value) => (typeof value === "string" ? JSON.stringify(printable(value)) : number(value)))
  return [
    `${printable(name)}  ${type} ${formatShape(shape)}`,
    ...(min === undefined || max === undefined || mean === undefined
      ? []
      : [`min ${number(min)}, max ${number(max)}, mean ${number(mean)}`]),
    ...(notFinite === undefined ? [] : [`${notFinite} not finite`]),
    `[${values.join(", ")}${count > first.length ? ", ..." : ""}]`,
    ...(file === undefined ? [] : [file]),
  ].join("  ")
}

function number(value: number | bigint): string {
  return typeof value === "bigint" || Number.isInteger(value) ? String(value) : value.toPrecision(6)
}

function formatRuns(times: readonly number[]): string {
  const [first = 0] = times
  if (times.length === 1) return `run ${milliseconds(first)}`
  const sorted = [...times].sort((left, right) => left - right)
  const median = ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2
  return `first run ${milliseconds(first)}, median of ${times.length} ${milliseconds(median)}`
}

function milliseconds(value: number): string {
  return `${value.toPrecision(3)} ms`
}
