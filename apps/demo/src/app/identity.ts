import { mkdir, readFile, writeFile } from "node:fs/promises"
import { dirname } from "node:path"
import { generateIdentity, recipientOf } from "@strongroom/core"

/**
 * The customer's age identity, made at the first start, and its public half, the recipient, which the publisher is
 * told. A real application would rather keep it in hardware or with a licence service: docs in the README.
 */
export async function customerIdentity(path: string): Promise<{ recipient: string; made: boolean }> {
  const existing = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined
    throw error
  })
  if (existing !== undefined) return { recipient: await recipientOf(existing), made: false }
  const { identity, recipient } = await generateIdentity()
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await writeFile(path, `# The reader's identity. Its public half: ${recipient}\n${identity}\n`, {
    mode: 0o600,
    flag: "wx",
  })
  return { recipient, made: true }
}
