import { resolve } from "node:path"
import { type SavedModelChoice, type Sink, sealModel } from "@strongroom/core"
import { fileSink, importPath, nodeCryptography } from "@strongroom/core/node"
import type { Command } from "commander"
import { type CommonOptions, type Context, describeCommand } from "../command.js"
import { formatContentKey } from "../content-key.js"
import { keepInputs } from "../keep-inputs.js"
import { parseByteCount, parseCount } from "../parse.js"
import { type PolicyOptions, policyOptions, readPolicy } from "../policy.js"
import { readText } from "../read-files.js"
import { formatBytes } from "../terminal.js"
import { commitTogether } from "../write-files.js"

interface SealCommandOptions extends CommonOptions, PolicyOptions {
  readonly output: string
  readonly contentKey?: string
  readonly key: string
  readonly root?: string
  readonly label?: string
  readonly release: string
  readonly modelId?: string
  readonly segmentSize?: string
  readonly signature?: string
  readonly tags?: string
  readonly force?: true
}

/** `strongroom seal`: encrypts and signs a model, once for all customers. */
export function sealCommand(context: Context): Command {
  const command = describeCommand(
    "seal",
    "encrypt and sign a model",
    "strongroom seal ocr.onnx -o ocr.sealed --key publisher.key\n" +
      "# writes ocr.sealed, to give to everybody, and ocr.sealed.key, to keep secret",
    "Encrypt and sign a model, once for all customers: a .onnx file (with its external data beside it), a " +
      "TensorFlow.js model.json (with its weights), the folder of a TensorFlow SavedModel, the bundle.json of an OpenCL " +
      "bundle (with its sources and buffers), any other folder as it is, or any other file as it is",
  )
    .argument("<model>", "the model's file or folder")
    .requiredOption("-o, --output <file>", "where to write the sealed model")
    .requiredOption("--key <file>", "the publisher's private key (PEM), which signs")
    .option("--content-key <file>", "where to write the content key (default: the output's name and .key)")
    .option("--root <file>", "the publisher's root public key, if --key is one of its keyring's model keys")
    .option("--label <text>", "a public text in the header, readable by everybody")
    .option("--release <number>", "the model's release, which grants can demand", "0")
    .option("--model-id <hex>", "32 hex digits: the id of the model's earlier releases (default: random)")
    .option("--segment-size <bytes>", "a power of two from 4KiB to 16MiB (default: 1MiB)")
    .option("--signature <name>", "a SavedModel's signature (default: serving_default, or the only one)")
    .option("--tags <tags>", "the tags of a SavedModel's graph, with commas (default: serve, or those of the only one)")
  return policyOptions(command)
    .option("--force", "overwrite existing files")
    .action((model: string, options: SealCommandOptions) => seal(model, options, context))
}

async function seal(path: string, options: SealCommandOptions, context: Context): Promise<void> {
  const { signal } = context
  const terminal = context.terminal(options)
  const force = options.force === true
  const publisher = await readText(options.key, signal)
  const policy = await readPolicy(options, signal)
  const release = parseCount(options.release, "--release")
  const segmentSize =
    options.segmentSize === undefined ? undefined : parseByteCount(options.segmentSize, "--segment-size")
  const keyPath = options.contentKey ?? `${options.output}.key`
  if (resolve(keyPath) === resolve(options.output)) throw new TypeError("--content-key and --output are the same file.")
  await keepInputs([options.output, keyPath], [path, options.key, options.root, options.policy])
  const savedModel = readSavedModelChoice(options)
  const model = await importPath(path, { signal, ...(savedModel && { savedModel }) })
  const keySink = fileSink(keyPath, { mode: 0o600, overwrite: force })
  const sink = fileSink(options.output, { overwrite: force })
  const progress = terminal.progress("Sealing")
  try {
    // Makes the file: what stands in its way is better known before the work than after it.
    await keySink.write(0, new Uint8Array(0))
    const sealed = await sealModel(model, {
      publisher,
      ...(options.root === undefined ? {} : { root: await readText(options.root, signal) }),
      sink: uncommitted(sink),
      release,
      ...(segmentSize === undefined ? {} : { segmentSize }),
      ...(options.modelId === undefined ? {} : { modelId: options.modelId }),
      ...(options.label === undefined ? {} : { label: options.label }),
      ...(policy === undefined ? {} : { policy }),
      signal,
      onProgress: progress.update,
      cryptography: nodeCryptography,
    })
    await keySink.write(0, Buffer.from(formatContentKey(sealed)))
    sealed.contentKey.fill(0)
    signal.throwIfAborted()
    const files = [
      { path: keyPath, sink: keySink },
      { path: options.output, sink },
    ]
    await commitTogether(files, force)
    progress.end()
    terminal.note(`Wrote ${keyPath}: keep it secret and offline; every grant needs it.`)
    const { modelId, byteLength } = sealed
    const { kind, parts } = model
    if (parts.every(({ role }) => role === "file")) terminal.note(plainFiles)
    terminal.result(
      { model: modelId, release, kind, parts: parts.length, byteLength, file: options.output, contentKey: keyPath },
      `Sealed ${options.output}: model ${modelId}, ${kind}, ${formatBytes(byteLength)}.`,
    )
  } finally {
    progress.end()
    await keySink.abort()
    await sink.abort()
    await model.close()
  }
}

const plainFiles =
  "Sealed as plain files, which no engine of Strongroom runs: it runs what is sealed by its .onnx, by the model.json of a " +
  "TensorFlow.js model, by the whole folder of a SavedModel, or by the JSON file of an OpenCL bundle."

function readSavedModelChoice({ signature, tags }: SealCommandOptions): SavedModelChoice | undefined {
  if (signature === undefined && tags === undefined) return undefined
  return { ...(signature !== undefined && { signature }), ...(tags !== undefined && { tags: tags.split(",") }) }
}

/** The sealed model must not appear before its content key is safe: the caller commits both together. */
function uncommitted(sink: Sink): Sink {
  return { write: (offset, bytes) => sink.write(offset, bytes), commit: async () => {}, abort: () => sink.abort() }
}
