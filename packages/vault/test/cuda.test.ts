import { readFileSync } from "node:fs"
import { createConnection } from "node:net"
import type { Backend } from "@strongroom/core/backend"
import { openVault } from "@strongroom/vault"
import { expect, it } from "vitest"

/*
 * What NVIDIA's driver needs of a vault beyond its device nodes. There is no GPU here: the engine makes the driver's calls
 * by itself (test/fixtures/cuda-driver.mjs).
 */

const backend = (devices: readonly string[], name: string): Backend => ({
  contract: 1,
  name: "driver",
  module: new URL("./fixtures/cuda-driver.mjs", import.meta.url).href,
  options: { name },
  needs: { devices },
})

interface Seen {
  readonly driver: object
  readonly beyond: object
  readonly threads: number
}

/** What the engine and the report of a vault with these devices saw; `meanwhile` runs while it is open. */
async function seenWith(devices: readonly string[], meanwhile: (name: string) => Promise<void> = async () => {}) {
  const name = `strongroom-test-${crypto.randomUUID()}`
  const vault = await openVault({ backend: backend(devices, name) })
  try {
    await meanwhile(name)
    const report = vault.report()
    const find = (wanted: string) => report.guarantees.find(({ id }) => id === wanted)
    const evidence = find("modules.known")?.evidence as unknown as { readonly backend: readonly Seen[] }
    return { seen: evidence.backend[0] as Seen, find }
  } finally {
    await vault.close()
  }
}

const nothing = { socket: "EPERM", bind: "EPERM", listen: "EPERM" }
/** Landlock's answer, or that of the read-only mount. */
const refused = expect.stringMatching(/^(EACCES|EROFS|EPERM)$/)

it.runIf(process.platform === "linux")(
  "NVIDIA's driver can listen, and name its threads, and nothing more",
  async () => {
    const { seen, find } = await seenWith(["/dev/nvidia-uvm"], async (name) => {
      // The vault listens in a network of its own: nobody else reaches it.
      const reached = await new Promise((resolve) => {
        const connection = createConnection(`\0${name}`, () => resolve("reached"))
        connection.on("error", ({ code }: NodeJS.ErrnoException) => resolve(code))
      })
      expect(reached).toBe("ECONNREFUSED")
      // What everybody on the machine reads.
      expect(readFileSync("/proc/net/unix", "utf8")).not.toContain(name)
    })
    expect(seen.threads).toBeGreaterThan(1)
    expect(seen.driver).toEqual({ socket: "done", bind: "done", listen: "done", name: "done", nameAgain: "done" })
    const { tellsByChannel, tellsByPassing, listensAtChannel, connect, accept, stream, internet, ...files } =
      seen.beyond as { readonly [name: string]: string }
    expect({ tellsByChannel, tellsByPassing, listensAtChannel }).toEqual({
      tellsByChannel: "EINVAL",
      tellsByPassing: "EINVAL",
      listensAtChannel: "EINVAL",
    })
    expect({ connect, accept, stream, internet }).toEqual({
      connect: "EPERM",
      accept: "EPERM",
      stream: "EPERM",
      internet: "EPERM",
    })
    expect(Object.keys(files)).toHaveLength(4)
    for (const [name, outcome] of Object.entries(files)) expect([name, outcome]).toEqual([name, refused])
    // Once the engine is made, it can't listen any more either.
    for (const id of ["network.none", "files.confined", "syscalls.filtered"]) expect(find(id)?.state).toBe("enforced")
    expect(find("network.none")?.evidence).toMatchObject({
      attempts: { "socket (naming)": "EPERM" },
      naming: { 3: "done", 4: "done" },
    })
  },
)

it.runIf(process.platform === "linux")("a driver that goes on naming sockets is told", async () => {
  const vault = await openVault({
    backend: {
      ...backend(["/dev/nvidia-uvm"], "none"),
      needs: { devices: ["/dev/nvidia-uvm"], systemCalls: ["bind"] },
    },
  })
  try {
    const network = vault.report().guarantees.find(({ id }) => id === "network.none")
    expect(network).toMatchObject({ state: "unavailable", evidence: { attempts: { "socket (naming)": "EBADF" } } })
  } finally {
    await vault.close()
  }
})

it.runIf(process.platform === "linux")("where its device isn't declared, a vault allows none of it", async () => {
  const { seen } = await seenWith([])
  expect(seen.driver).toMatchObject(nothing)
  expect(seen.driver).toMatchObject({ name: refused, nameAgain: refused })
})
