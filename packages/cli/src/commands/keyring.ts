import { createKeyring } from "@strongroom/core"
import type { Command } from "commander"
import { type CommonOptions, type Context, describeCommand } from "../command.js"
import { keepInputs } from "../keep-inputs.js"
import { collect, parseCount, parseTime } from "../parse.js"
import { readText } from "../read-files.js"
import { writeFiles } from "../write-files.js"

interface KeyringOptions extends CommonOptions {
  readonly output: string
  readonly root: string
  readonly number: string
  readonly expires: string
  readonly modelKey?: readonly string[]
  readonly grantKey?: readonly string[]
  readonly revoke?: readonly string[]
  readonly force?: true
}

/** `strongroom keyring`: says, signed by the root key, which other keys may sign models and grants. */
export function keyringCommand(context: Context): Command {
  return describeCommand(
    "keyring",
    "say which keys may sign models and grants for a publisher, in a small file signed by its root key",
    "strongroom keyring --root publisher.key --number 1 --expires 365d \\\n" +
      "  --model-key build.pub --grant-key licences.pub -o publisher.keyring",
    "Say which keys may sign models and grants for a publisher, in a small file signed by its root key. Where an app has it, " +
      "no other key may sign, nor the root key itself unless it is among them: name it while models that it signed are in use",
  )
    .requiredOption("-o, --output <file>", "where to write the keyring")
    .requiredOption("--root <file>", "the publisher's root private key (PEM), which signs")
    .requiredOption("--number <version>", "from 1; higher in each new keyring, as apps refuse lower ones")
    .requiredOption("--expires <time>", "when it ends: 2027-01-31T12:00:00Z, 2027-01-31, or from now: 365d")
    .option("--model-key <file>", "a public key (PEM) that may sign models (can be repeated)", collect)
    .option("--grant-key <file>", "a public key (PEM) that may sign grants (can be repeated)", collect)
    .option("--revoke <file>", "a public key (PEM) that is refused from now on (can be repeated)", collect)
    .option("--force", "overwrite an existing file")
    .action(async (options: KeyringOptions) => {
      const { signal } = context
      const terminal = context.terminal(options)
      const version = parseCount(options.number, "--number", 1)
      const expires = parseTime(options.expires, "--expires", new Date())
      const { modelKey = [], grantKey = [], revoke = [] } = options
      await keepInputs([options.output], [options.root, ...modelKey, ...grantKey, ...revoke])
      const bytes = await createKeyring({
        root: await readText(options.root, signal),
        version,
        expires,
        modelKeys: await readKeys(modelKey, signal),
        grantKeys: await readKeys(grantKey, signal),
        revoked: await readKeys(revoke, signal),
      })
      await writeFiles([{ path: options.output, content: bytes }], options.force === true)
      if (expires <= new Date()) terminal.note("It has ended already: --expires is past.")
      terminal.result({ file: options.output, version, expires }, `Wrote ${options.output}, version ${version}.`)
    })
}

async function readKeys(paths: readonly string[], signal: AbortSignal): Promise<string[]> {
  return Promise.all(paths.map((path) => readText(path, signal)))
}
