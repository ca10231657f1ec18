import { generateKeyPairSync } from "node:crypto"
import { startLineProcess } from "../line-process.js"
import { pythonScript, pythonWith } from "../python.js"
import type { Peer } from "./peers.js"
import type { SealedBytes } from "./sealed-bytes.js"

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
  const add = async (name: string, packages: readonly string[], made: (python: string) => Promise<Peer>[]) => {
    try {
      const python = await pythonWith(name, packages, (line) => say(`decryption: ${line}`))
      for (const peer of made(python)) peers.push(await peer)
    } catch (error) {
      say(`decryption: without ${name}, which can't be had here: ${String(error).split("\n", 3).join(" ")}`)
    }
  }
  await add("cryptotensors", [`cryptotensors==${cryptotensors}`, "numpy"], (python) => [
    startPeer(python, "cryptotensors", `cryptotensors ${cryptotensors}`, false, [plainPath, folder, ...keys]),
  ])
  if (!isFull) {
    say("decryption: without tensorizer, which brings PyTorch: --full measures it")
    return peers
  }
  await add("tensorizer", [`tensorizer==${tensorizer}`, "numpy"], (python) => [
    startPeer(python, "tensorizer", `tensorizer ${tensorizer}, encrypted`, false, [plainPath, folder, "plain"]),
    startPeer(python, "tensorizer", `tensorizer ${tensorizer}, encrypted, with hash`, true, [
      plainPath,
      folder,
      "hash",
    ]),
  ])
  return peers
}

/** A process that decrypts all bytes when it gets a line, and answers with milliseconds. */
async function startPeer(
  python: string,
  script: string,
  name: string,
  hashes: boolean,
  values: readonly string[],
): Promise<Peer> {
  const child = await startLineProcess(name, python, [pythonScript(`${script}_peer`), ...values])
  return { name, hashes, sample: async () => Number(await child.ask("")), close: () => child.end() }
}
