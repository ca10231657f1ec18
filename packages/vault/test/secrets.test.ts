import { randomBytes } from "node:crypto"
import { closeSync, openSync, readFileSync, readSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { canLookInside, echoModel, ship, startApp } from "./support.js"

/** Which of `needles` are somewhere in the memory that a process can write. */
function findInMemory(pid: number, needles: { readonly [name: string]: Buffer }): string[] {
  const longest = Math.max(...Object.values(needles).map(({ length }) => length))
  const found = new Set<string>()
  const memory = openSync(`/proc/${pid}/mem`, "r")
  const piece = Buffer.allocUnsafe(4 * 2 ** 20)
  for (const line of readFileSync(`/proc/${pid}/maps`, "latin1").split("\n")) {
    const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? []
    if (!from || !to) continue
    for (let at = BigInt(`0x${from}`); at < BigInt(`0x${to}`); at += BigInt(piece.length - longest)) {
      const rest = Number(BigInt(`0x${to}`) - at)
      const count = readAt(memory, piece, Math.min(rest, piece.length), at)
      for (const [name, needle] of Object.entries(needles)) {
        if (piece.subarray(0, count).includes(needle)) found.add(name)
      }
    }
  }
  closeSync(memory)
  return [...found].sort()
}

function readAt(descriptor: number, target: Buffer, length: number, position: bigint): number {
  try {
    return readSync(descriptor, target, 0, length, position)
  } catch {
    return 0
  }
}

describe.runIf(canLookInside)("secrets", () => {
  it("are never in the app's memory, where they are found when the app opens the model itself", async () => {
    const weights = new Uint8Array(randomBytes(2 ** 20))
    const shipped = await ship(echoModel("float32", weights))
    const needles = {
      identity: Buffer.from(shipped.identity.slice("AGE-SECRET-KEY-".length)),
      contentKey: Buffer.from(shipped.contentKey),
      weights: Buffer.from(weights.subarray(500_000, 500_064)),
    }
    const inProcess = await startApp(shipped, "in-process")
    // Core wipes the content key as soon as it has made the payload key of it.
    expect(findInMemory(inProcess.vaultPid, needles)).toEqual(expect.arrayContaining(["identity", "weights"]))
    const app = await startApp(shipped, "wait")
    expect(findInMemory(app.process.pid ?? 0, needles)).toEqual([])
    expect(findInMemory(app.vaultPid, needles)).toContain("weights")
  })
})
