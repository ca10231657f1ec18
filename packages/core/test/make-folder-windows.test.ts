import { expect, it, vi } from "vitest"
import { makeFolder } from "../src/node/make-folder.js"

const absent = Object.assign(new Error("No such file or directory"), { code: "ENOENT", syscall: "stat" })
const asked = vi.hoisted(() => vi.fn<(path: string) => Promise<never>>())

vi.mock("node:path", async (importOriginal) => (await importOriginal<typeof import("node:path")>()).win32)
vi.mock("node:fs/promises", () => ({ stat: asked, mkdir: asked }))

it("a folder on a drive that isn't there can't be made, and is asked for once", async () => {
  asked.mockImplementation(async () => {
    if (asked.mock.calls.length > 20) throw new Error("This goes on without end.")
    throw absent
  })
  await expect(makeFolder("Z:\\a\\b")).rejects.toBe(absent)
  const paths = ["Z:\\a\\b", "Z:\\a", "Z:\\"]
  // Each is looked for, and the topmost is tried.
  expect(asked.mock.calls.map(([path]) => path)).toEqual([...paths, "Z:\\"])
})
