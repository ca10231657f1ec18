import { openSealedModel, publisherId, readGrant, readHeader, readKeyring, StrongroomError } from "@strongroom/core"
import { nodeCryptography } from "@strongroom/core/node"
import type { Command } from "commander"
import { type CommonOptions, type Context, describeCommand } from "../command.js"
import {
  type Description,
  describeGrant,
  describeHeader,
  describeKeyring,
  describeManifest,
  formatDescription,
} from "../describe.js"
import { type IdentityOptions, identityOptions, readIdentity } from "../identity.js"
import { keepInputs } from "../keep-inputs.js"
import { openPlace } from "../place.js"
import { readSmallFile, readText } from "../read-files.js"
import { readSomeTrust, type TrustOptions, trustOptions } from "../trust.js"
import { writeFiles } from "../write-files.js"

interface InspectOptions extends CommonOptions, TrustOptions, IdentityOptions {
  readonly grant?: string
  readonly ageFile?: string
  readonly force?: true
}

/** What a description rests on. */
interface Inspection extends Description {
  readonly verified: boolean
  /** For a person: what verified means here, or how to verify. */
  readonly remark: string
}

/** `strongroom inspect`: shows what a file says, and whether that was verified. */
export function inspectCommand(context: Context): Command {
  const command = describeCommand(
    "inspect",
    "show what a sealed model, a grant, a keyring or a publisher's public key says",
    "strongroom inspect ocr.sealed\n" +
      "strongroom inspect ocr.sealed --grant alice.grant --identity alice.key --trust publisher.pub\n" +
      "strongroom inspect alice.grant --age-file alice.age && age -d -i alice.key alice.age | wc -c",
  )
    .argument("<file>", "a path or an http(s) URL")
    .option("--grant <file>", "of a model: open it, here and not in a vault, and show its manifest too")
    .option("--age-file <file>", "of a grant: write the age file in it, which any `age -d` opens")
    .option("--force", "overwrite an existing file")
  return trustOptions(identityOptions(command)).action((file: string, options: InspectOptions) =>
    inspect(file, options, context),
  )
}

async function inspect(place: string, options: InspectOptions, context: Context): Promise<void> {
  const terminal = context.terminal(options)
  const what = await identify(place, context.signal)
  checkOptions(what, options)
  const { value, title, lines, verified, remark } = await inspections[what](place, options, context)
  terminal.result({ ...value, verified }, `${formatDescription(title, lines)}\n${remark}`)
}

type What = "model" | "grant" | "keyring" | "public-key"

const magics: readonly (readonly [text: string, What])[] = [
  ["\u0093SRM", "model"],
  ["\u0093SRG", "grant"],
  ["\u0093SRK", "keyring"],
  ["----", "public-key"],
]

/** By the first four bytes. @throws StrongroomError `not-sealed-model` for anything else. */
async function identify(place: string, signal: AbortSignal): Promise<What> {
  const source = openPlace(place, signal)
  try {
    const start = Buffer.alloc(Math.min(4, await source.byteLength()))
    await source.read(0, start)
    const what = magics.find(([text]) => text === start.toString("latin1"))?.[1]
    if (what !== undefined) return what
  } finally {
    await source.close()
  }
  const message = `${place} is no sealed model, and no grant, keyring or public key (PEM) either.`
  throw new StrongroomError("not-sealed-model", message)
}

function checkOptions(what: What, options: InspectOptions): void {
  if (what !== "model" && options.grant !== undefined) throw new TypeError("--grant is for inspecting a sealed model.")
  const opening = [options.identity, options.passphrase, options.passphraseFile, options.trust, options.keyring]
  if (options.grant === undefined && opening.some((option) => option !== undefined)) {
    throw new TypeError(
      "What opens a model goes with --grant. To check a signature without: `strongroom verify MODEL --trust FILE`.",
    )
  }
  if (what !== "grant" && options.ageFile !== undefined) throw new TypeError("--age-file is for inspecting a grant.")
}

const inspections: {
  readonly [what in What]: (place: string, options: InspectOptions, context: Context) => Promise<Inspection>
} = {
  async model(place, options, context) {
    if (options.grant !== undefined) return inspectOpened(place, options.grant, options, context)
    const source = openPlace(place, context.signal)
    try {
      const description = describeHeader(await readHeader(source), await source.byteLength())
      const remark = "Not verified: this is what the file says of itself. `strongroom verify` with --trust checks it."
      return { ...description, verified: false, remark }
    } finally {
      await source.close()
    }
  },
  async grant(path, { ageFile, force }, { signal }) {
    const grant = readGrant(await readSmallFile(path, signal))
    if (ageFile !== undefined) {
      await keepInputs([ageFile], [path])
      await writeFiles([{ path: ageFile, content: grant.age }], force === true)
    }
    const remark =
      "Not verified: this is what the file says of itself. Its signature is checked when a model is opened with it."
    return { ...describeGrant(grant), verified: false, remark }
  },
  async keyring(path, _options, { signal }) {
    const remark =
      "Not verified: this is what the file says of itself. Its signature is checked when it is given with --keyring."
    return { ...describeKeyring(readKeyring(await readSmallFile(path, signal))), verified: false, remark }
  },
  async "public-key"(path, _options, { signal }) {
    const publisher = publisherId(await readText(path, signal))
    const remark = "Not verified: whose key it is, only its owner can tell you."
    const value = { type: "public-key", publisher }
    return { value, title: "Publisher's public key", lines: [["publisher", publisher]], verified: false, remark }
  },
}

async function inspectOpened(
  place: string,
  grant: string,
  options: InspectOptions,
  context: Context,
): Promise<Inspection> {
  const { signal } = context
  const trust = await readSomeTrust(options, signal)
  const bytes = await readSmallFile(grant, signal)
  const given = await readIdentity(options, context)
  const identity = "file" in given ? await readText(given.file, signal) : given
  const source = openPlace(place, signal)
  const keys = { grant: bytes, identity, trust }
  const model = await openSealedModel(source, keys, { signal, cryptography: nodeCryptography })
  try {
    const header = describeHeader(model.header, await source.byteLength())
    const manifest = describeManifest(model)
    return {
      value: { ...header.value, ...manifest.value },
      title: header.title,
      lines: [...header.lines, ...manifest.lines],
      verified: true,
      remark: "Verified: header, grant and manifest, signed for a publisher you trust. The rest: `strongroom verify`.",
    }
  } finally {
    await model.close()
  }
}
