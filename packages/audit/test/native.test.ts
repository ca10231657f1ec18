import { createHash } from "node:crypto"
import { cpSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { notHere, temporaryFolder } from "./support.js"

const path = (place: string) => fileURLToPath(new URL(place, import.meta.url))
const zig = process.env.STRONGROOM_ZIG

/** The objects by name, each with its SHA-256. */
function digests(folder: string): { readonly [name: string]: string } {
  const digest = (name: string) =>
    createHash("sha256")
      .update(readFileSync(join(folder, name)))
      .digest("hex")
  return Object.fromEntries(["linux-arm64.so", "linux-x64.so"].map((name) => [name, digest(name)]))
}

describe("the native part", () => {
  it.skipIf(!process.env.CI && !zig)("is built again, elsewhere, to the same bytes as were released", async () => {
    const { buildForRelease } = await import("../../vault/scripts/build-native.mjs")
    const folder = temporaryFolder()
    // From a copy in another place: nothing of where it lies may get in.
    for (const name of ["audit", "vault"])
      cpSync(path(`../../${name}/native`), join(folder, "some where", name, "native"), { recursive: true })
    buildForRelease(String(zig), folder, join(folder, "some where/audit/native"))
    const lines = readFileSync(path("../native/checksums.txt"), "utf8").trim().split("\n")
    const released = Object.fromEntries(lines.map((line) => line.split("  ").reverse()))
    expect(digests(folder)).toEqual(released)
    expect(digests(path("../dist/native"))).toEqual(released)
  })

  it.skipIf(notHere)("needs no library", () => {
    const object = readFileSync(path(`../dist/native/linux-${process.arch}.so`))
    expect(object.includes("libc.so")).toBe(false)
    expect(object.includes("GLIBC")).toBe(false)
  })
})
