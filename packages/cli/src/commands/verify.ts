import { verifySealedModel } from "@strongroom/core"
import { nodeCryptography } from "@strongroom/core/node"
import type { Command } from "commander"
import { type CommonOptions, type Context, describeCommand } from "../command.js"
import { openPlace } from "../place.js"
import { formatBytes } from "../terminal.js"
import { readTrust, type TrustOptions, trustOptions } from "../trust.js"

/** `strongroom verify`: checks every byte of a sealed model, without its key. */
export function verifyCommand(context: Context): Command {
  const command = describeCommand(
    "verify",
    "check every byte of a sealed model, without its key",
    "strongroom verify ocr.sealed --trust publisher.pub",
    "Check every byte of a sealed model against its publisher's signature, without its key. Without --trust only " +
      "integrity is checked, against the key that the file itself names: that finds damage, not forgery. It exits 0 " +
      'then too, says "Not trusted", and with --json has "trusted": false',
  ).argument("<model>", "the sealed model, a path or an http(s) URL")
  return trustOptions(command).action((model: string, options: CommonOptions & TrustOptions) =>
    verify(model, options, context),
  )
}

async function verify(place: string, options: CommonOptions & TrustOptions, { signal, ...context }: Context) {
  const terminal = context.terminal(options)
  const trust = await readTrust(options, signal)
  const source = openPlace(place, signal)
  const progress = terminal.progress("Verifying")
  try {
    const verified = await verifySealedModel(source, {
      ...(trust.length === 0 ? {} : { trust }),
      signal,
      onProgress: progress.update,
      cryptography: nodeCryptography,
    })
    progress.end()
    const { header, publisher, trusted, segments, byteLength } = verified
    const { model, release, label } = header
    terminal.result(
      {
        intact: true,
        trusted,
        publisher,
        model,
        release,
        ...(label === undefined ? {} : { label }),
        segments,
        byteLength,
      },
      [
        `Intact: model ${model}, release ${release}, ${formatBytes(byteLength)}.`,
        trusted
          ? `Trusted: signed by publisher ${publisher}.`
          : `Not trusted: it names publisher ${publisher}, and no --trust was given to compare. Anybody can have made it.`,
      ].join("\n"),
    )
  } finally {
    progress.end()
    await source.close()
  }
}
