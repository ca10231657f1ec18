import { createHash } from "node:crypto"
import { fileURLToPath } from "node:url"
import { bytesSource, type ModelToSeal } from "@strongroom/core"
import { startBrowser } from "@strongroom/test-machine/browser"
import { vi } from "vitest"
import { type SealedBytes, sealInMemory } from "../support/sealed.js"
import type { Shipped } from "./module.js"

// Without a GPU, and on a busy machine, a browser takes its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

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
