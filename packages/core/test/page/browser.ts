import { createHash } from "node:crypto"
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { bytesSource, type ModelToSeal } from "@strongroom/core"
import { startBrowser } from "@strongroom/test-machine/browser"
import { type SealedBytes, sealInMemory } from "../support/sealed.js"
import type { Shipped } from "./module.js"

export type Module = typeof import("./module.js")

export const startPages = (options = {}) =>
  startBrowser(fileURLToPath(new URL("./module.ts", import.meta.url)), options)

/** A model of one part of random bytes, which no search mistakes. */
export async function sealRandom(plaintext: Uint8Array, segmentSize = 65_536): Promise<SealedBytes> {
  const part = { role: "file" as const, name: "part", source: bytesSource(plaintext) }
  const model: ModelToSeal = { kind: "file", inputs: [], outputs: [], parts: [part] }
  return sealInMemory(model, { segmentSize })
}

/** What a page is told of a sealed model. */
export function shippedAs(url: string, { keys }: SealedBytes): Shipped {
  return { url, grant: keys.grant, trust: keys.trust[0] as string }
}

export const hexDigest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex")

/** Files below a folder that hold some 32 bytes of `secret`, by their paths. It is looked for at every 512th of its bytes. */
export async function filesWith(folder: string, secret: Uint8Array): Promise<string[]> {
  const windows = Array.from({ length: Math.ceil(secret.length / 512) }, (_, i) =>
    Buffer.from(secret.subarray(i * 512, i * 512 + 32)),
  )
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const found: string[] = []
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const bytes = await readFile(join(entry.parentPath, entry.name)).catch(() => Buffer.alloc(0))
    if (windows.some((window) => bytes.includes(window))) found.push(join(entry.parentPath, entry.name))
  }
  return found
}
