import type * as os from "node:os"
import { tensor } from "@strongroom/vault"
import { expect, it, vi } from "vitest"
import { openVaultWith } from "../src/app/vault.js"
import { thisArchitecture } from "../src/os/system-calls.js"
import { coded, ship, testBackend, vaultScript } from "./support.js"

// A machine with little memory, of which the private directory may take half.
vi.mock("node:os", async (original) => ({ ...(await original<typeof os>()), totalmem: () => 16 * 2 ** 20 }))

it.runIf(thisArchitecture())(
  "an engine that fills the private directory is refused more, and the vault goes on",
  async () => {
    const x = tensor("float32", [1], Float32Array.of(1))
    const shipped = await ship()
    // Only then are an engine's own words told.
    await using vault = await openVaultWith(vaultScript, { backend: testBackend({ running: "fill" }), debug: true })
    const [session, other] = await Promise.all([1, 2].map(() => vault.load(shipped.model, shipped.keys)))
    for (const one of [session, other]) {
      const run = one?.run({ x })
      await expect(run).rejects.toEqual(coded("backend-failed"))
      await expect(run).rejects.toThrow("ENOSPC")
    }
    await session?.close()
    expect((await vault.load(shipped.model, shipped.keys)).inputs).toHaveLength(1)
  },
)
