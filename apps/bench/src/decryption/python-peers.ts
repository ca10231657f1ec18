import { execFile, spawn } from "node:child_process"
import { generateKeyPairSync } from "node:crypto"
import { once } from "node:events"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import type { Peer } from "./peers.js"
import type { SealedBytes } from "./sealed-bytes.js"

const root = fileURLToPath(new URL("../../../", import.meta.url))
const scripts = fileURLToPath(new URL("../python/", import.meta.url))
const run = promisify(execFile)

const [cryptotensors, tensorizer] = ["0.2.3", "2.12.1"]

/**
 * Peers from PyPI, in virtual environments under .cache: made when they are first asked for. tensorizer brings PyTorch,
 * which on x86-64 is 5 GiB. One that can't be installed is left out, and `say` tells why.
 */
export async function peersInPython(
  bytes: SealedBytes,
  isFull: boolean,
  say: (line: string) => void,
): Promise<readonly Peer[]> {
  const { plainPath, folder } = bytes
  const signing = generateKeyPairSync("ed25519")
  const last32 = (der: Buffer) => der.subarray(-32).toString("hex")
  const keys = [
    last32(signing.privateKey.export({ format: "der", type: "pkcs8" })),
    last32(signing.publicKey.export({ format: "der", type: "spki" })),
  ]
  const peers: Peer[] = []
  const add = async (name: string, packages: readonly string[], made: () => Promise<Peer>[]) => {
    try {
      await install(name, packages, say)
      for (const peer of made()) peers.push(await peer)
    } catch (error) {
      say(`decryption: without ${name}, which can't be had here: ${String(error).split("\n", 3).join(" ")}`)
    }
  }
  await add("cryptotensors", [`cryptotensors==${cryptotensors}`, "numpy"], () => [
    startPeer("cryptotensors", `cryptotensors ${cryptotensors}`, false, [plainPath, folder, ...keys]),
  ])
  if (!isFull) {
    say("decryption: without tensorizer, which brings PyTorch: --full measures it")
    return peers
  }
  await add("tensorizer", [`tensorizer==${tensorizer}`, "numpy"], () => [
    startPeer("tensorizer", `tensorizer ${tensorizer}, encrypted`, false, [plainPath, folder, "plain"]),
    startPeer("tensorizer", `tensorizer ${tensorizer}, encrypted, with hash`, true, [plainPath, folder, "hash"]),
  ])
  return peers
}

const pythonOf = (name: string) => join(root, `.cache/${name}-venv/bin/python`)

async function install(name: string, packages: readonly string[], say: (line: string) => void): Promise<void> {
  if (existsSync(pythonOf(name)) && (await run(pythonOf(name), ["-c", `import ${name}`]).catch(() => undefined))) return
  say(`decryption: installs ${packages.join(" and ")} from PyPI`)
  await run("python3", ["-m", "venv", join(root, `.cache/${name}-venv`)])
  await run(pythonOf(name), ["-m", "pip", "install", "--quiet", ...packages])
}

/** A process that decrypts all bytes when it gets a line, and answers with milliseconds. */
async function startPeer(script: string, name: string, hashes: boolean, values: readonly string[]): Promise<Peer> {
  const child = spawn(pythonOf(script), [join(scripts, `${script}_peer.py`), ...values], {
    stdio: ["pipe", "pipe", "inherit"],
  })
  const lines = createInterface({ input: child.stdout })
  const failed = once(child, "exit").then(() => {
    throw new Error(`${name} ended.`)
  })
  failed.catch(() => {})
  const next = async () => String((await Promise.race([once(lines, "line"), failed]))[0])
  await next()
  return {
    name,
    hashes,
    async sample() {
      const answer = next()
      child.stdin.write("\n")
      return Number(await answer)
    },
    close: () => void child.kill(),
  }
}
