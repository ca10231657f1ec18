import { availableParallelism } from "node:os"
import { opensslSpeed, opensslVersion } from "../decryption/openssl-speed.js"
import { ours } from "../decryption/ours.js"
import { peersInNode } from "../decryption/peers.js"
import { peersInPython } from "../decryption/python-peers.js"
import { byteLength, sealBytes } from "../decryption/sealed-bytes.js"
import type { Bench, Figure } from "../figure.js"
import { allInTurn, median } from "../measure.js"

const runs = 15
/** A second each. */
const speedRuns = 5

const gibPerSecond = (milliseconds: number) => (byteLength / 2 ** 30 / milliseconds) * 1000

/** Each sample's median. */
async function inTurns(samples: readonly (() => Promise<number>)[], times: number): Promise<readonly number[]> {
  return (await allInTurn(times, samples)).map(median)
}

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
    const add = (name: string, peer: string, own: number, theirs: number, count: number, atLeast: number) =>
      figures.push({ name, peer, unit: "GiB/s", ours: own, theirs, runs: count, bar: { atLeast } })
    try {
      say(`decryption: OpenSSL ${process.versions.openssl} in Node; on the command line ${openssl ?? "none"}`)
      const cores = Math.min(2, availableParallelism())
      for (const threads of openssl === undefined ? [] : [1, cores]) {
        say(`decryption: in memory, ${threads} at once`)
        const memory = mine.native({ threads, digest: false, file: false, processorTime: threads === 1 })
        const several = () => meanOverASecond(memory)
        const speed = () => opensslSpeed(["-evp", "aes-256-gcm", "-decrypt"], threads)
        const [own, theirs] = await inTurns([several, speed], speedRuns)
        const peer = `${openssl} speed -evp aes-256-gcm -decrypt${threads === 1 ? "" : ` -multi ${threads}`}`
        add(
          `decryption in memory, ${threads} thread${threads === 1 ? "" : "s"}`,
          peer,
          gibPerSecond(Number(own)),
          Number(theirs) / 2 ** 30,
          speedRuns,
          0.9,
        )
      }

      say("decryption: from a file, beside its parts")
      for (const digest of [false, true]) {
        const [own, parts] = await inTurns(
          [mine.native({ threads: 1, digest, file: true }), mine.parts({ digest })],
          runs,
        )
        add(
          `file to plaintext, ${digest ? "digests compared" : "no digests"}, 1 thread`,
          `its parts one after another: pread, ${digest ? "OpenSSL's SHA-256, " : ""}OpenSSL's decryption`,
          ...([gibPerSecond(Number(own)), gibPerSecond(Number(parts)), runs, 0.9] as const),
        )
      }

      say("decryption: from a file, beside other libraries")
      const bare = mine.native({ threads: cores, digest: false, file: true })
      const found = await inTurns([mine.whole, bare, ...peers.map(({ sample }) => sample)], runs)
      for (const [i, { name, hashes }] of peers.entries()) {
        const [whole, unhashed, theirs] = [found[0], found[1], found[i + 2]].map((value) => gibPerSecond(Number(value)))
        add("file to plaintext, as a vault does, with digests", name, Number(whole), Number(theirs), runs, 1)
        if (!hashes)
          add("file to plaintext, without digests as the peer", name, Number(unhashed), Number(theirs), runs, 1)
      }
      return figures
    } finally {
      for (const peer of peers) peer.close?.()
      mine.close()
      await bytes.remove()
    }
  },
}
