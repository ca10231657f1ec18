/** The vault's process: what runs in it first, and the only thing that ends it. */
import type { Frame } from "../channel/frame.js"
import { frameSocket } from "../channel/frame-socket.js"
import { parseToVault, type ToApp } from "../channel/messages.js"
import { channelInvalid, toWireError } from "../channel/wire-error.js"
import { endProcess } from "./end-process.js"
import { readJailResults } from "./jail-results.js"
import { type OwnDirectory, ownDirectory } from "./own-directory.js"
import { takeSignals } from "./signals.js"
import { openVaultHost, type VaultHost } from "./vault.js"

takeSignals()
const jail = readJailResults()
// Where the loader couldn't preload the jail they are still there, and it would act on them when it is loaded later.
for (const name of ["LD_PRELOAD", "STRONGROOM_JAIL"]) delete process.env[name]

/** The descriptor that the app made; see app/spawn.ts. */
const channelDescriptor = 3

/** How long the last message may take to leave. */
const farewellMilliseconds = 500

/** None before the app has named it: until then it is the app that removes it. */
let directory: OwnDirectory | undefined
let opened = false
let closing = false
let host: VaultHost | undefined

const { socket, channel } = frameSocket({
  descriptor: channelDescriptor,
  receive(frame) {
    if (!closing) receive(frame)
  },
  broken: fail,
})
const send = (message: ToApp, blocks?: readonly Uint8Array[]) => channel.send(message, blocks)

// The app has gone, or has had enough.
for (const event of ["end", "error", "close"] as const) socket.on(event, endNow)

function receive({ metadata, blocks }: Frame): void {
  const message = parseToVault(metadata)
  if (message.type === "close") {
    void close()
  } else if (message.type === "open" && !opened) {
    opened = true
    directory = ownDirectory(message.directory)
    const threadScript = new URL("./session-thread.js", import.meta.url)
    void openVaultHost({ open: message, threadScript, jail, send, fail }).then((made) => {
      host = made
    })
  } else if (message.type !== "open" && host) {
    host.receive(message, blocks)
  } else {
    throw channelInvalid(`The app sent ${message.type} out of turn`)
  }
}

async function close(): Promise<void> {
  if (closing) return
  closing = true
  await host?.close()
  directory?.remove()
  process.exit(0)
}

/** Tells the app why, then ends. */
function fail(error: unknown): void {
  closing = true
  send({ type: "fatal", error: toWireError(error, "channel-invalid") })
  socket.end(endNow)
  setTimeout(endNow, farewellMilliseconds)
}

function endNow(): void {
  directory?.remove()
  void endProcess()
}
