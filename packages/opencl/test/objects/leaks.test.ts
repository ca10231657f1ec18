import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"

/** STRONGROOM_FULL: a million calls, as long as they take. */
const isFull = process.env.STRONGROOM_FULL === "1"
const path = fileURLToPath(new URL("processes/leak.mjs", import.meta.url))

/** What is done, how often, and how often in the full form. */
const things = [
  ["launch", 40_000, 1_000_000],
  ["event", 40_000, 1_000_000],
  ["dropped", 40_000, 1_000_000],
  ["objects", 40_000, 400_000],
  ["transfers", 40_000, 400_000],
  ["contexts", 2000, 40_000],
  ["promises", 20_000, 200_000],
] as const

// C's heap is counted by glibc's mallinfo2().
describe.skipIf(process.platform !== "linux")("neither C's heap nor JavaScript's grows by", () => {
  it.each(things)("%s", { timeout: isFull ? 900_000 : 60_000 }, (what, fast, full) => {
    const count = isFull ? full : fast
    const printed = execFileSync(process.execPath, ["--expose-gc", path, what, String(count)], { encoding: "utf8" })
    const grown: { readonly native: number; readonly heap: number; readonly resident: number } = JSON.parse(printed)
    console.log(`${what}, ${count} times, bytes: ${JSON.stringify(grown)}`)
    // Less than any object is long, but for tables and caches, which grow and shrink in steps: V8's of finalisers has 24
    // bytes for each at the worst moment, until it is halved.
    expect(grown.native).toBeLessThan(Math.max(4 << 20, 16 * count))
    expect(grown.heap).toBeLessThan(Math.max(4 << 20, 32 * count))
    // Pages that both heaps keep for later, and what nobody had collected yet at the worst moment.
    expect(grown.resident).toBeLessThan(512 << 20)
  })
})
