import type { Backend, Json } from "@strongroom/core/backend"
import {
  type Check,
  type Checked,
  dictionary,
  either,
  fields,
  flag,
  list,
  literal,
  natural,
  nullable,
  tagged,
  text,
} from "./check.js"
import { channelInvalid, wireError } from "./wire-error.js"
import { wireRange, wireSpec, wireValues } from "./wire-tensor.js"

/*
 * Every message between app and vault. Sessions and calls are numbered by the app; a call is answered once, by a
 * message with its number. `block` members are indexes into the frame's blocks.
 */

const json: Check<Json> = (value): value is Json => value !== undefined
/** A file by its path, or one that was passed open: its place among the message's descriptors, and what to call it. */
const place = either(fields({ file: text }), fields({ descriptor: natural, name: text }))
export type WirePlace = Checked<typeof place>
const block = fields({ block: natural })
/** A key of the artifact store: 64 hex digits, which can't be a path. */
const artifactName: Check<string> = (value): value is string =>
  typeof value === "string" && /^[0-9a-f]{64}$/.test(value)

const backend = fields({
  module: text,
  options: json,
  contract: literal(1),
  name: text,
  needs: json,
}) as Check<Backend>

const trust = fields({
  publisher: text,
  keyring: nullable(block),
  leastKeyringVersion: nullable(natural),
})

const keys = fields({
  grant: either(place, block),
  /** `of`: the vault's own. `module`: what a module imported there gives. */
  identity: either(
    place,
    fields({ passphrase: text }),
    fields({ of: literal("vault") }),
    fields({ module: text, options: json }),
  ),
  trust: list(trust),
})
export type WireKeys = Checked<typeof keys>

const toVault = tagged({
  /** The first message, once. Answered by `ready`. */
  open: {
    call: natural,
    backend,
    cachePolicy: literal("off", "memory", "sealed", "driver"),
    /** Ids of the guarantees that the app demands. */
    strict: list(text),
    debug: flag,
    /** What the app put in the environment, to be compared with what is there. */
    environment: dictionary(text),
    /** The private directory, and what tells the folder that the app made at that path from others. */
    directory: text,
    directoryOutside: text,
    /** Folders in which the app's user can make files, each with what tells it from others. */
    writable: dictionary(text),
    /** Why the vault was started without a jail; null if it was started with one. */
    noJail: nullable(text),
    /** Whether descriptor 4 is a socket on which app and vault pass descriptors. */
    passing: flag,
  },
  /**
   * Makes the session of that number. Answered by `loaded`. `model: null` is read by `source-*` messages. `passed`: under
   * which number descriptors were passed for it; `channel`: which of them is the session's own channel.
   */
  load: {
    call: natural,
    session: natural,
    model: nullable(place),
    keys,
    passed: nullable(natural),
    channel: nullable(natural),
  },
  /**
   * Answered by `result`. `memory`: the shared memory in which its inputs are, and `room`, where outputs may be put.
   * Inputs may be read until the answer comes, also when the caller has gone. `abortable`: whether `abort` may follow.
   */
  run: {
    call: natural,
    session: natural,
    inputs: wireValues,
    outputs: nullable(list(text)),
    keep: list(text),
    memory: nullable(natural),
    room: nullable(wireRange),
    abortable: flag,
  },
  /** Asks for shared memory of that size, in place of what there was: later runs name no other. Answered by `shared`. */
  share: { call: natural, session: natural, byteLength: natural },
  /** The caller has gone: nothing waits for the call's answer. An aborted load also ends its session. */
  abort: { call: natural, session: natural },
  /** Frees a kept output. */
  release: { session: natural, kept: natural },
  /** Answered by `done` when runs have ended and the session's memory is freed. */
  "close-session": { call: natural, session: natural },
  /** Answers `source-length` and `source-read`, whose bytes are block 0. */
  "source-answer": { session: natural, read: natural, byteLength: natural },
  "source-failed": { session: natural, read: natural, error: wireError },
  /** Answers `store-get`; what was found is block 0. */
  "store-answer": { session: natural, request: natural, found: flag },
  /** What the app's store said of it is for the app's report. */
  "store-failed": { session: natural, request: natural },
  /** Answers `relay-request`; the bytes are block 0. */
  "relay-answer": { session: natural, relay: natural },
  "relay-failed": { session: natural, relay: natural, error: wireError },
  /** Closes sessions, then the vault exits. */
  close: {},
})
export type ToVault = Checked<typeof toVault>

/** What the vault knows of itself, from which the app makes a report. */
const vaultState = fields({
  platform: text,
  node: text,
  engine: fields({ engine: text, version: text, device: text, driver: text }),
  findings: list(
    fields({
      id: text,
      state: literal("enforced", "observed", "unavailable", "off"),
      mechanism: text,
      evidence: json,
    }),
  ),
})
export type VaultState = Checked<typeof vaultState>

/** Core's `ArtifactCounts`. */
const artifactCounts = fields({
  hits: natural,
  misses: natural,
  written: natural,
  bytesRead: natural,
  bytesWritten: natural,
  ignored: fields({ format: natural, version: natural, authenticity: natural }),
  failures: natural,
})

const toApp = tagged({
  /** `recipient`: of the vault's own identity. */
  ready: { call: natural, state: vaultState, recipient: nullable(text) },
  loaded: { call: natural, inputs: list(wireSpec), outputs: list(wireSpec), state: vaultState },
  result: { call: natural, outputs: wireValues },
  /** The memory's number; the file was passed under the session's. */
  shared: { call: natural, memory: natural },
  done: { call: natural },
  failed: { call: natural, error: wireError },
  progress: { call: natural, done: natural, total: natural },
  /** The session's thread ended without having been asked to. */
  "session-ended": { session: natural, error: wireError },
  /** A length above `most` may be answered as any number above it. */
  "source-length": { session: natural, read: natural, most: natural },
  "source-read": { session: natural, read: natural, offset: natural, byteLength: natural },
  "source-close": { session: natural },
  /** Under the cache policy `sealed`: what is kept is ciphertext. Only `store-get` is answered; for `store-put`, block 0. */
  "store-get": { session: natural, request: natural, name: artifactName },
  "store-put": { session: natural, name: artifactName },
  "store-delete": { session: natural, name: artifactName },
  /** What became of artifacts since the last of these. */
  artifacts: { more: artifactCounts },
  /** An identity module's, for the app's relay function; the bytes are block 0. */
  "relay-request": { session: natural, relay: natural },
  /** The vault can't go on and is about to exit. */
  fatal: { error: wireError },
})
export type ToApp = Checked<typeof toApp>

/** The longest that one message of a relay carries. */
export const mostRelayBytes = 1024 * 1024

/** The longest piece that one `source-read` asks for. */
export const sourceReadBytes = 16 * 1024 * 1024

/**
 * The vault takes a message that isn't one of these for the end of all trust in the channel: so the app looks first, and
 * only the call that would have sent it fails.
 *
 * @throws TypeError
 */
export function checkToVault(message: ToVault): void {
  const found: unknown = message
  if (!toVault(found)) throw new TypeError(`What ${message.type} was given holds a value of another type`)
}

/** @throws `channel-invalid` */
export function parseToVault(metadata: unknown): ToVault {
  if (toVault(metadata)) return metadata
  throw unknown()
}

/** @throws `channel-invalid` */
export function parseToApp(metadata: unknown): ToApp {
  if (toApp(metadata)) return metadata
  throw unknown()
}

function unknown(): Error {
  return channelInvalid("The vault's channel carried a message that isn't one of its own")
}
