import { createHash } from "node:crypto"
import { type ArtifactStore, memoryStore } from "@strongroom/core"
import { afterEach, describe, expect, it, vi } from "vitest"
import { storeServer } from "../src/app/store-server.js"
import type { ToVault } from "../src/channel/messages.js"
import { coded } from "./support.js"

const name = createHash("sha256").digest("hex")
const get = (request: number) => ({ type: "store-get", session: 1, request, name }) as const
const put = { type: "store-put", session: 1, name } as const
const block = (...bytes: number[]) => [Uint8Array.from(bytes).buffer]

function serving(store: ArtifactStore | undefined) {
  const sent: [ToVault, readonly (readonly number[])[]][] = []
  const server = storeServer(store, (message, blocks = []) => sent.push([message, blocks.map((one) => [...one])]))
  return { ...server, sent }
}

describe("the app's side of an artifact store", () => {
  afterEach(() => vi.useRealTimers())

  it("does what it is asked for one name in order, however long each takes", async () => {
    const inner = memoryStore()
    const slow: ArtifactStore = {
      ...inner,
      async delete(key) {
        await new Promise((resolve) => setTimeout(resolve, 30))
        await inner.delete(key)
      },
    }
    const { serve, settled, sent, state } = serving(slow)
    serve(put, block(1))
    serve({ type: "store-delete", session: 1, name }, [])
    serve(get(1), [])
    serve(put, block(2))
    serve(get(2), [])
    await settled(1000)
    expect(sent).toEqual([
      [{ type: "store-answer", session: 1, request: 1, found: false }, []],
      [{ type: "store-answer", session: 1, request: 2, found: true }, [[2]]],
    ])
    expect(state()).toEqual({ kept: 2, failures: 0, lastFailure: "" })
  })

  it("gives up waiting for what doesn't answer, and for what is still being kept", async () => {
    vi.useFakeTimers()
    const hanging = {
      ...memoryStore(),
      get: () => new Promise<never>(() => {}),
      put: () => new Promise<never>(() => {}),
    }
    const { serve, settled, sent, state } = serving(hanging)
    serve(get(1), [])
    await vi.advanceTimersByTimeAsync(9_999)
    expect(sent).toEqual([])
    await vi.advanceTimersByTimeAsync(2)
    expect(sent).toEqual([[{ type: "store-failed", session: 1, request: 1 }, []]])
    expect(state()).toMatchObject({ failures: 1, lastFailure: "The artifact store didn't answer within 10 s" })
    serve(put, block(1))
    const settling = settled(5000)
    await vi.advanceTimersByTimeAsync(5001)
    await settling
  })

  it("makes no load wait for what is still being kept", async () => {
    vi.useFakeTimers()
    const { serve, sent } = serving({ ...memoryStore(), put: () => new Promise<never>(() => {}) })
    serve(put, block(1))
    serve(get(1), [])
    await vi.advanceTimersByTimeAsync(10_001)
    expect(sent).toEqual([[{ type: "store-failed", session: 1, request: 1 }, []]])
  })

  it("gives a copy, whatever kind of bytes the store gives", async () => {
    const bytes = Buffer.of(1, 2, 3)
    const sent: (readonly Uint8Array[])[] = []
    const { serve, settled } = storeServer({ ...memoryStore(), get: async () => bytes }, (_, blocks = []) => {
      sent.push(blocks)
    })
    serve(get(1), [])
    await settled(1000)
    bytes.fill(9)
    expect(sent.map(([one]) => [...(one ?? [])])).toEqual([[1, 2, 3]])
  })

  it("trusts the vault no more when it keeps nothing", () => {
    const { serve } = serving(memoryStore())
    expect(() => serve(put, [])).toThrow(coded("channel-invalid"))
  })

  it("tells what failed in one line, whatever was thrown", async () => {
    const thrown: unknown[] = [new Error("a\n  b"), undefined, "x".repeat(1000), Object.create(null)]
    const failing = { ...memoryStore(), put: () => Promise.reject(thrown.shift()) }
    const { serve, settled, state } = serving(failing)
    const lines: unknown[] = []
    while (thrown.length > 0) {
      serve(put, block(1))
      await settled(1000)
      lines.push(state()?.lastFailure)
    }
    expect(lines).toEqual(["a b", "undefined", "x".repeat(300), "something that has no words"])
    expect(state()).toMatchObject({ kept: 0, failures: 4 })
  })

  it("trusts the vault no more when it asks for a store that its policy doesn't have", () => {
    const { serve, state } = serving(undefined)
    expect(() => serve(get(1), [])).toThrow(coded("channel-invalid"))
    expect(state()).toBeUndefined()
  })
})
