import { nodeCryptography } from "@strongroom/core/node"
import { expect, it } from "vitest"
import { rehearse } from "../src/worker/rehearsal.js"

// A thread ignores a rehearsal that fails: here it may not.
it("a rehearsal seals and opens, until it isn't wanted any more", async () => {
  let opened = 0
  const counting = {
    ...nodeCryptography,
    aesGcm(key: Uint8Array) {
      opened++
      return nodeCryptography.aesGcm(key)
    },
  }
  await rehearse(counting, () => true)
  // Sealed once and opened four times; an artifact sealed once and opened three times.
  expect(opened).toBe(5 + 4)
  await rehearse(counting, () => false)
  expect(opened).toBe(5 + 4 + 1)
})
