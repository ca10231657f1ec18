import { generateIdentity, generatePublisherKeys, publisherId } from "@strongroom/core"
import { Command } from "commander"
import { type CommonOptions, type Context, describeCommand } from "../command.js"
import { formatTime } from "../terminal.js"
import { writeFiles } from "../write-files.js"

interface KeygenOptions extends CommonOptions {
  readonly output: string
  readonly force?: true
}

/** `strongroom keygen publisher` and `strongroom keygen identity`. */
export function keygenCommand(context: Context): Command {
  return new Command("keygen")
    .summary("make a publisher's keys, or a recipient's identity")
    .description("Make a publisher's keys, or a recipient's identity.")
    .addHelpText("after", "\nExample:\n  strongroom keygen publisher\n  strongroom keygen identity -o alice.key")
    .addCommand(publisherCommand(context))
    .addCommand(identityCommand(context))
}

function publisherCommand(context: Context): Command {
  return describeCommand(
    "publisher",
    "make an Ed25519 key pair that signs models and grants: NAME.key, to keep secret, and NAME.pub, to give to apps",
    "strongroom keygen publisher -o acme\n# writes acme.key (mode 0600) and acme.pub, prints the publisher's id",
  )
    .option("-o, --output <name>", "where to write, without the suffix", "publisher")
    .option("--force", "overwrite existing files")
    .action(async (options: KeygenOptions) => {
      const terminal = context.terminal(options)
      const { privateKey, publicKey } = await generatePublisherKeys()
      const files = { privateKey: `${options.output}.key`, publicKey: `${options.output}.pub` }
      await writeFiles(
        [
          { path: files.privateKey, content: privateKey, mode: 0o600 },
          { path: files.publicKey, content: publicKey },
        ],
        options.force === true,
      )
      const publisher = publisherId(publicKey)
      terminal.note(
        `Wrote ${files.privateKey} (keep it secret) and ${files.publicKey} (give it to those who trust you).`,
      )
      terminal.result({ publisher, ...files }, publisher)
    })
}

function identityCommand(context: Context): Command {
  return describeCommand(
    "identity",
    "make an age identity that opens what is granted to it; the same file as age-keygen's",
    "strongroom keygen identity -o alice.key\n# writes alice.key (mode 0600), prints alice's recipient: age1...",
  )
    .option("-o, --output <file>", "where to write", "identity.key")
    .option("--force", "overwrite an existing file")
    .action(async (options: KeygenOptions) => {
      const terminal = context.terminal(options)
      const { identity, recipient } = await generateIdentity()
      const content = `# created: ${formatTime(new Date())}\n# public key: ${recipient}\n${identity}\n`
      await writeFiles([{ path: options.output, content, mode: 0o600 }], options.force === true)
      terminal.note(`Wrote ${options.output}. Keep it secret; give its recipient, below, to the publisher.`)
      terminal.result({ recipient, identity: options.output }, recipient)
    })
}
