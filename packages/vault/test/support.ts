import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import {
  bytesSource,
  createGrant,
  type ErrorCode,
  generateIdentity,
  generatePublisherKeys,
  type ModelToSeal,
  memorySink,
  type SealOptions,
  sealModel,
} from "@strongroom/core"
import type { Backend, Json } from "@strongroom/core/backend"
import type { Vault, VaultKeys, VaultOptions } from "@strongroom/vault"
import { expect, onTestFinished } from "vitest"
import { openVaultWith } from "../src/app/vault.js"

/** Where the native library is built: its tests run there, and what it changes is expected there. */
export const hasNativeLibrary = process.platform === "linux"

/** What the report says of decryption where there is koffi. */
export const expectedDecryption = hasNativeLibrary ? "OpenSSL, in place, whole segments at once" : "OpenSSL, in place"

/** What the backend of test/fixtures does, beside echoing. */
export type BackendOptions = { readonly [name: string]: Json }

export function testBackend(options: BackendOptions = {}, needs: Backend["needs"] = {}): Backend {
  const module = new URL("./fixtures/backend.mjs", import.meta.url).href
  return { contract: 1, name: "test", module, options, needs }
}

/** Echoes `x` as `y`; `facts` is a JSON text of what the engine sees. */
export function echoModel(
  type: ModelToSeal["inputs"][number]["type"] = "float32",
  bytes = new Uint8Array(1),
): ModelToSeal {
  return {
    kind: "file",
    inputs: [{ name: "x", type, shape: ["n"] }],
    outputs: [
      { name: "y", type, shape: ["n"] },
      { name: "facts", type: "string", shape: [1] },
    ],
    parts: [{ role: "file", name: "part", source: bytesSource(bytes) }],
  }
}

/** A sealed model with all that it takes to open it, in a folder that goes with the test, or in `folder`. */
export interface Shipped {
  readonly folder: string
  readonly model: string
  readonly bytes: Uint8Array
  readonly contentKey: Uint8Array
  /** The text of the identity file. */
  readonly identity: string
  readonly keys: VaultKeys & { readonly grant: string; readonly identity: { readonly file: string } }
  /** Keys of another licensee's: the same content key, another recipient secret. */
  grantAgain(): Promise<VaultKeys>
}

export async function ship(
  model: ModelToSeal = echoModel(),
  options: Partial<SealOptions> & { readonly passphrase?: string; readonly folder?: string } = {},
): Promise<Shipped> {
  const folder = options.folder ?? (await temporaryFolder())
  const publisher = await generatePublisherKeys()
  const { identity, recipient } = await generateIdentity()
  const sink = memorySink()
  const { contentKey } = await sealModel(model, {
    publisher: publisher.privateKey,
    segmentSize: 4096,
    ...options,
    sink,
  })
  const bytes = sink.bytes()
  const { passphrase } = options
  const grant = await createGrant({
    model: bytes,
    contentKey,
    signingKey: publisher.privateKey,
    recipient: passphrase === undefined ? recipient : { passphrase, workFactor: 4 },
  })
  const place = (name: string) => join(folder, name)
  await Promise.all([
    writeFile(place("model.sealed"), bytes),
    writeFile(place("test.grant"), grant),
    writeFile(place("test.key"), `# a comment\n${identity}\n`),
    writeFile(place("publisher.pub"), publisher.publicKey),
  ])
  const keys = { grant: place("test.grant"), identity: { file: place("test.key") }, trust: [place("publisher.pub")] }
  async function grantAgain(): Promise<VaultKeys> {
    const other = await generateIdentity()
    const signingKey = publisher.privateKey
    const grant = await createGrant({ model: bytes, contentKey, signingKey, recipient: other.recipient })
    await writeFile(place("other.key"), other.identity)
    return { ...keys, grant, identity: { file: place("other.key") } }
  }
  return { folder, model: place("model.sealed"), bytes, contentKey, identity, keys, grantAgain }
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "vault-test-"))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Waits until `holds` gives true. @throws when it doesn't within `milliseconds`. */
export async function until(holds: () => boolean | Promise<boolean>, milliseconds = 60_000): Promise<void> {
  const deadline = performance.now() + milliseconds
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`It didn't come true within ${milliseconds} ms: ${holds}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** An app of its own, from test/fixtures/app.mjs, whose vault has loaded a model. */
export interface App {
  readonly process: ChildProcess
  /** The vault's process number; for `then: "in-process"` the app's. */
  readonly vaultPid: number
  readonly ended: Promise<unknown>
}

export async function startApp(shipped: Shipped, then: string, backend = testBackend()): Promise<App> {
  const script = fileURLToPath(new URL("./fixtures/app.mjs", import.meta.url))
  const settings = JSON.stringify({ backend, model: shipped.model, keys: shipped.keys, then })
  const app = spawn(process.execPath, [script, settings], { stdio: ["ignore", "pipe", "inherit"] })
  onTestFinished(() => void app.kill("SIGKILL"))
  const ended = once(app, "exit")
  const [line] = (await once(app.stdout, "data")) as [Buffer]
  return { process: app, vaultPid: JSON.parse(String(line)).pid, ended }
}

/** Who looks into a vault's process must be root, to whom it is never closed. Linux only. */
export const canLookInside = process.platform === "linux" && process.getuid?.() === 0

/** The vault's private directory, by way of its process: in a jail no other path leads there. */
export function directoryOf(pid: number): string {
  return `/proc/${pid}/cwd`
}

/** The path of the folder that the app made. In a jail it stays empty: the vault has another one of that name. */
export function placeOf(pid: number): string {
  return readlinkSync(`/proc/${pid}/cwd`)
}

/** What is left of a vault, outside, when its app has died, too: at most an empty folder, until the next vault. */
export function isEmptyOrGone(place: string): boolean {
  return !existsSync(place) || readdirSync(place).length === 0
}

/** The vault whose process the app started as `child`: in a jail that is only the parent, which tells how it ends. */
export function vaultOf(child: number): number | undefined {
  const children = readFileSync(`/proc/${child}/task/${child}/children`, "latin1").trim()
  return children === "" ? undefined : Number(children.split(" ")[0])
}

/** For `openVaultWith`: a package that was built without a C compiler, whose vault has no jail. */
export const noNativePart = new URL("./fixtures/no-native/", import.meta.url)

/** The vault's main module. */
export const vaultScript = new URL("../dist/worker/main.js", import.meta.url)

/** A vault without a jail, into whose folder others of its user can look. */
export function openUnjailed(options: VaultOptions): Promise<Vault> {
  return openVaultWith(vaultScript, options, { native: noNativePart })
}

/** The process number of a vault. */
export function pidOf(vault: Vault): number {
  const evidence = vault.report().guarantees.find(({ id }) => id === "process.separate")?.evidence
  return Number(Object(evidence).pid)
}

export function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "latin1"))
}

/** Matches a StrongroomError of that code. */
export function coded(code: ErrorCode) {
  return expect.objectContaining({ name: "StrongroomError", code })
}
