import { availableParallelism } from "node:os"
import { opensslSpeed, opensslVersion } from "../decryption/openssl-speed.js"
import { ours } from "../decryption/ours.js"
import { peersInNode } from "../decryption/peers.js"
import { peersInPython } from "../decryption/python-peers.js"
import { byteLength, sealBytes } from "../decryption/sealed-bytes.js"
import { type Bench, type Figure, mediansOf } from "../figure.js"
import { allInTurn } from "../measure.js"

const runs = 15
/** A second each. */
const speedRuns = 5

const gibPerSecond = (milliseconds: readonly number[] = []) =>
  milliseconds.map((each) => (byteLength / 2 ** 30 / each) * 1000)

/** As `openssl speed` does. */
async function meanOverASecond(sample: () => Promise<number>): Promise<number> {
  const start = performance.now()
  const values: number[] = []
  while (performance.now() - start < 1000) values.push(await sample())
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/**
 * 128 MiB in segments of 1 MiB. Ours runs over all of them and ends with every tag (and digest) compared; `openssl speed`
 * runs over one MiB again and again. On one thread in memory both count processor time, as `openssl speed` does there, so
 * that the figure is the same on a busy machine; with `-multi` it goes by the clock, and so do all others here.
 */
export const decryption: Bench = {
  name: "decryption",
  about: "decrypting in memory and from a file, beside OpenSSL, its parts, and other libraries",
  async measure(say, isFull = false) {
    const openssl = await opensslVersion()
    const bytes = await sealBytes()
    const mine = await ours(bytes)
    const peers = [...(await peersInNode(bytes)), ...(await peersInPython(bytes, isFull, say))]
    const figures: Figure[] = []
    const add = (name: string, peer: string, own: readonly number[], theirs: readonly number[], atLeast: number) =>
      figures.push({ name, peer, unit: "GiB/s", ...mediansOf(own, theirs), bar: { atLeast } })
    try {
      say(`decryption: OpenSSL ${process.versions.openssl} in Node; on the command line ${openssl ?? "none"}`)
      const cores = Math.min(2, availableParallelism())
      for (const threads of openssl === undefined ? [] : [1, cores]) {
        say(`decryption: in memory, ${threads} at once`)
        const memory = mine.native({ threads, digest: false, file: false, processorTime: threads === 1 })
        const several = () => meanOverASecond(memory)
        const speed = () => opensslSpeed(["-evp", "aes-256-gcm", "-decrypt"], threads)
        const [own, theirs = []] = await allInTurn(speedRuns, [several, speed])
        const peer = `${openssl} speed -evp aes-256-gcm -decrypt${threads === 1 ? "" : ` -multi ${threads}`}`
        add(
          `decryption in memory, ${threads} thread${threads === 1 ? "" : "s"}`,
          peer,
          gibPerSecond(own),
          theirs.map((bytesPerSecond) => bytesPerSecond / 2 ** 30),
          0.9,
        )
      }

      say("decryption: from a file, beside its parts")
      for (const digest of [false, true]) {
        const [own, parts] = await allInTurn(runs, [
          mine.native({ threads: 1, digest, file: true }),
          mine.parts({ digest }),
        ])
        add(
          `file to plaintext, ${digest ? "digests compared" : "no digests"}, 1 thread`,
          `its parts one after another: pread, ${digest ? "OpenSSL's SHA-256, " : ""}OpenSSL's decryption`,
          gibPerSecond(own),
          gibPerSecond(parts),
          0.9,
        )
      }

      say("decryption: from a file, beside other libraries")
      const bare = mine.native({ threads: cores, digest: false, file: true })
      const found = await allInTurn(runs, [mine.whole, bare, ...peers.map(({ sample }) => sample)])
      for (const [i, { name, hashes }] of peers.entries()) {
        const theirs = gibPerSecond(found[i + 2])
        add("file to plaintext, as a vault does, with digests", name, gibPerSecond(found[0]), theirs, 1)
        if (!hashes) add("file to plaintext, without digests as the peer", name, gibPerSecond(found[1]), theirs, 1)
      }
      return figures
    } finally {
      for (const peer of peers) peer.close?.()
      mine.close()
      await bytes.remove()
    }
  },
}
