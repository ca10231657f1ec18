import { createGrant, readGrant, readHeader, type Terms } from "@strongroom/core"
import type { Command } from "commander"
import { type CommonOptions, type Context, describeCommand } from "../command.js"
import { checkModelId, parseContentKey } from "../content-key.js"
import { keepInputs } from "../keep-inputs.js"
import { collect, parseCount, parseTime } from "../parse.js"
import { askPassphrase, readPassphrase } from "../passphrase.js"
import { isUrl, openPlace } from "../place.js"
import { readText } from "../read-files.js"
import { readRecipients } from "../recipients.js"
import { writeFiles } from "../write-files.js"

interface GrantCommandOptions extends CommonOptions {
  readonly output: string
  readonly contentKey?: string
  readonly key: string
  readonly to?: readonly string[]
  readonly passphrase?: true
  readonly passphraseFile?: string
  readonly notBefore?: string
  readonly notAfter?: string
  readonly feature?: readonly string[]
  readonly serial?: string
  readonly leastRelease?: string
  readonly force?: true
}

/** `strongroom grant`: gives one recipient the content key, on terms. */
export function grantCommand(context: Context): Command {
  return describeCommand(
    "grant",
    "give a recipient a sealed model's key, on terms, in a small signed file",
    "strongroom grant ocr.sealed --key publisher.key --to age1... --not-after 30d -o alice.grant",
  )
    .argument("<model>", "the sealed model, a path or an http(s) URL")
    .requiredOption("-o, --output <file>", "where to write the grant")
    .requiredOption("--key <file>", "the private key (PEM) that signs: the publisher's, or a grant key of its keyring")
    .option("--content-key <file>", "the model's content key (default: the model's name and .key)")
    .option("--to <recipient>", "age1..., or @FILE with one a line (can be repeated)", collect)
    .option("--passphrase", "ask for a passphrase that opens the grant, in place of --to")
    .option("--passphrase-file <file>", "read that passphrase from the first line of a file")
    .option("--not-before <time>", "valid from: 2027-01-31T12:00:00Z, 2027-01-31, or from now: 12h, 30d, 2w")
    .option("--not-after <time>", "valid until then, not including it")
    .option("--feature <name>", "a feature for the app to read (can be repeated)", collect)
    .option("--serial <text>", "a serial number or reference of yours")
    .option("--least-release <number>", "the model's release must not be lower")
    .option("--force", "overwrite an existing file")
    .action((model: string, options: GrantCommandOptions) => grant(model, options, context))
}

async function grant(place: string, options: GrantCommandOptions, context: Context): Promise<void> {
  const { signal } = context
  const terminal = context.terminal(options)
  const terms = readTerms(options)
  const signingKey = await readText(options.key, signal)
  if (isUrl(place) && options.contentKey === undefined) throw new TypeError("Say where the --content-key is.")
  const keyPath = options.contentKey ?? `${place}.key`
  await keepInputs([options.output], [place, options.key, keyPath, options.passphraseFile])
  const key = parseContentKey(await readText(keyPath, signal), keyPath)
  const model = openPlace(place, signal)
  try {
    const header = await readHeader(model)
    checkModelId(key, header.model)
    const recipient = await readRecipient(options, context)
    const { contentKey } = key
    const bytes = await createGrant({ model, contentKey, signingKey, recipient, terms })
    await writeFiles([{ path: options.output, content: bytes }], options.force === true)
    const { publisher, signer } = readGrant(bytes)
    if (signer !== publisher) terminal.note(`Signed by ${signer}, ${grantKeyRemark}`)
    if (terms.notAfter && terms.notAfter <= new Date()) terminal.note("It has ended already: --not-after is past.")
    terminal.result(
      {
        model: header.model,
        file: options.output,
        recipients: Array.isArray(recipient) ? recipient : "passphrase",
        terms,
      },
      `Wrote ${options.output} for model ${header.model}.`,
    )
  } finally {
    key.contentKey.fill(0)
    await model.close()
  }
}

function readTerms(options: GrantCommandOptions): Partial<Terms> {
  const now = new Date()
  const { notBefore, notAfter, feature, serial, leastRelease } = options
  const terms = {
    ...(notBefore === undefined ? {} : { notBefore: parseTime(notBefore, "--not-before", now) }),
    ...(notAfter === undefined ? {} : { notAfter: parseTime(notAfter, "--not-after", now) }),
    ...(feature === undefined ? {} : { features: feature }),
    ...(serial === undefined ? {} : { serial }),
    ...(leastRelease === undefined ? {} : { leastRelease: parseCount(leastRelease, "--least-release") }),
  }
  if (terms.notBefore && terms.notAfter && terms.notAfter <= terms.notBefore) {
    throw new RangeError("--not-after must be later than --not-before: as it is, the grant would never be valid.")
  }
  return terms
}

const grantKeyRemark =
  "which isn't the publisher's root key: it opens the model only for those who have a keyring that names this key."

/** Age recipients, or a passphrase. A passphrase typed is typed twice. */
async function readRecipient(
  { to = [], passphrase, passphraseFile }: GrantCommandOptions,
  { console, signal }: Context,
): Promise<string[] | { passphrase: string }> {
  const ways = [to.length > 0, passphrase, passphraseFile !== undefined].filter(Boolean).length
  if (ways !== 1) throw new TypeError("Say for whom, in one way: --to, --passphrase or --passphrase-file.")
  if (to.length > 0) return readRecipients(to, signal)
  if (passphraseFile !== undefined) return { passphrase: await readPassphrase(passphraseFile, signal) }
  const typed = await askPassphrase("Passphrase for the grant: ", console, signal)
  if (typed === "") throw new TypeError("An empty passphrase protects nothing.")
  const again = await askPassphrase("The same again: ", console, signal)
  if (typed !== again) throw new TypeError("The two passphrases differ.")
  return { passphrase: typed }
}
