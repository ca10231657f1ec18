import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { expect, it, onTestFinished, vi } from "vitest"
import { readKeys } from "../src/worker/keys.js"
import { temporaryFolder } from "./support.js"

it("an identity's bytes are overwritten when they have been read", async () => {
  const folder = await temporaryFolder()
  const file = join(folder, "test.key")
  await writeFile(file, "AGE-SECRET-KEY-1ABC\n")
  await writeFile(join(folder, "test.grant"), "a grant")
  const seen: { bytes: Uint8Array; text: string }[] = []
  const { decode } = TextDecoder.prototype
  const spy = vi.spyOn(TextDecoder.prototype, "decode").mockImplementation(function (this: TextDecoder, ...given) {
    const text = decode.apply(this, given)
    if (given[0] instanceof Uint8Array) seen.push({ bytes: given[0], text })
    return text
  })
  onTestFinished(() => spy.mockRestore())
  const keys = { grant: { file: join(folder, "test.grant") }, identity: { file }, trust: [] }
  const read = await readKeys(keys, [], new AbortController().signal)
  expect(read.identity).toBe("AGE-SECRET-KEY-1ABC\n")
  // The one array that held the file is the one that was decoded; and the grant, which is public, is left as it was.
  const held = seen.filter(({ text }) => text.includes("AGE-SECRET-KEY"))
  expect(held).toHaveLength(1)
  expect([...(held[0]?.bytes ?? [1])].every((byte) => byte === 0)).toBe(true)
  expect(Buffer.from(read.grant).toString()).toBe("a grant")
})
