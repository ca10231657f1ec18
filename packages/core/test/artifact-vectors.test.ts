import { describe, expect, it } from "vitest"
import type { Cryptography } from "../src/crypto/cryptography.js"
import { readArchive } from "../src/host/directory-archive.js"
import { artifactVectors, expectedOf, outcomeOf, readEntry } from "./support/artifact-vector.js"
import { bothCryptographies } from "./support/cryptography.js"
import type { Vector } from "./support/vector.js"

it("finds the vectors of entries", () => {
  expect(artifactVectors.length).toBeGreaterThanOrEqual(20)
})

describe.each(bothCryptographies)("with $name", ({ cryptography }) => {
  it.each(artifactVectors)("$path", async (vector) => {
    expect(await outcomeOf(vector, cryptography)).toEqual(expectedOf(vector))
  })
})

it("the vector of a folder is one", async () => {
  const vector = artifactVectors.find(({ path }) => path === "artifact/directory") as Vector
  const { bytes } = await readEntry(vector, bothCryptographies[0]?.cryptography as Cryptography)
  expect(readArchive(bytes as Uint8Array)).toEqual([{ path: "a.bin", bytes: Uint8Array.of(1, 2) }])
})
