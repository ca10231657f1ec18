import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import type { Backend } from "@strongroom/core/backend"
import { openVault } from "@strongroom/vault"
import { describe, expect, it } from "vitest"
import { hasNativeLibrary } from "./support.js"

const fixture = new URL("./fixtures/opening.mjs", import.meta.url)

type Outcomes = { readonly [path: string]: string }

/** The control: what a process of this user's can open by itself. */
function alone(paths: readonly string[]): Outcomes {
  return JSON.parse(execFileSync(process.execPath, [fileURLToPath(fixture), ...paths], { encoding: "utf8" }))
}

async function inVault(paths: readonly string[], needs: Backend["needs"]): Promise<Outcomes> {
  const backend: Backend = { contract: 1, name: "opening", module: fixture.href, options: { paths }, needs }
  await using vault = await openVault({ backend })
  const evidence = vault.report().guarantees.find(({ id }) => id === "files.confined")?.evidence
  return Object(evidence).backend[0]
}

describe.runIf(hasNativeLibrary)("a vault's code and the machine's devices", () => {
  const plain = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"]
  // Terminals, which every user may open; and what this machine may have, of which opening changes nothing.
  const terminals = ["/dev/ptmx", "/dev/pts"]
  const others = ["/dev", ...terminals, "/dev/kmsg", "/dev/net/tun", "/dev/dri", "/dev/input"]

  it("opens those that hold nothing, and lists none", async () => {
    const open = Object.entries(alone([...plain, ...others])).flatMap(([path, one]) => (one === "done" ? [path] : []))
    expect(open).toEqual(expect.arrayContaining([...plain, ...terminals, "/dev"]))
    const expected = open.map((path) => [path, plain.includes(path) ? "done" : "EACCES"])
    expect(await inVault(open, {})).toEqual(Object.fromEntries(expected))
  })

  it("opens what the backend declares, and nothing beside it", async () => {
    const [declared = "", beside = ""] = terminals
    const found = await inVault([declared, beside], { devices: [declared] })
    expect(found).toEqual({ [declared]: "done", [beside]: "EACCES" })
  })
})
