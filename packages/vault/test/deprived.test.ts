import { execFileSync } from "node:child_process"
import { chownSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import type { Guarantee, GuaranteeId, Report } from "@strongroom/vault"
import { beforeAll, describe, expect, it } from "vitest"
import { numberOf, type SystemCall, thisArchitecture } from "../src/os/system-calls.js"
import { ordinaryUser } from "./ordinary-user.js"
import { testBackend } from "./support.js"

/*
 * A mechanism that silently did nothing must turn its guarantee: each is taken away from outside, as an older kernel, a
 * container or an administrator does it, never by an option of the vault's.
 */

const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))
const errno = { EPERM: 1, ENOSYS: 38 } as const

type Deprived = { readonly [call in SystemCall]?: keyof typeof errno }
type Answer = Report | { readonly name: string; readonly code?: string; readonly message: string }

/** What a vault says of itself on a machine where these calls fail. */
function openWithout(calls: Deprived, options: object = {}): Answer {
  const architecture = thisArchitecture() ?? "x64"
  const numbers = Object.entries(calls).map(([name, error]) => [
    numberOf(name as SystemCall, architecture),
    errno[error],
  ])
  const app = [fixture("report.mjs"), JSON.stringify({ backend: testBackend(), ...options })]
  const arguments_ = [fixture("deprive.mjs"), JSON.stringify(Object.fromEntries(numbers)), process.execPath, ...app]
  const home = mkdtempSync(join(tmpdir(), "deprived-"))
  try {
    const environment = { PATH: process.env.PATH, HOME: home }
    return JSON.parse(
      execFileSync(process.execPath, arguments_, { ...ordinaryUser, cwd: "/", env: environment, encoding: "utf8" }),
    )
  } finally {
    rmSync(home, { recursive: true })
  }
}

function guarantee(answer: Answer, id: GuaranteeId): Guarantee {
  if (!("guarantees" in answer)) throw new Error(`There is no report: ${answer.message}`)
  const found = answer.guarantees.find((one) => one.id === id)
  if (!found) throw new Error(`There is no ${id}`)
  return found
}

describe.skipIf(thisArchitecture() === undefined)("a vault of an ordinary user", () => {
  let whole: Answer
  beforeAll(() => {
    whole = openWithout({})
  })

  it("has everything that the jail gives, and tried it", () => {
    const ids = [
      ...([
        "process.private-directory",
        "process.directory-in-memory",
        "process.core-dumps",
        "process.execute",
      ] as const),
      ...(["memory.private", "memory.locked", "memory.wiped", "files.confined", "network.none"] as const),
      "syscalls.filtered" as const,
    ]
    for (const id of ids) expect([id, guarantee(whole, id).state]).toEqual([id, "enforced"])
  })

  it("tells the outcome of every step of its jail", () => {
    const { jail } = Object(guarantee(whole, "process.separate").evidence)
    const counted = [
      "tracer",
      "outerNumber",
      "covers",
      "threadNames",
      "landlockAbi",
      "landlockRules",
      "landlockMissing",
    ]
    const refused = { memoryRead: "EPERM", memoryOpen: "EACCES" }
    expect(Object.keys(jail)).toHaveLength(30)
    for (const [step, found] of Object.entries(jail)) {
      if (counted.includes(step)) expect([step, found]).toEqual([step, expect.any(Number)])
      else expect([step, found]).toEqual([step, Object(refused)[step] ?? "done"])
    }
  })

  /** The guarantee's state without `calls`, whose evidence must then be another. */
  function stateWithout(calls: Deprived, id: GuaranteeId): Guarantee {
    const found = guarantee(openWithout(calls), id)
    expect(found.evidence).not.toEqual(guarantee(whole, id).evidence)
    return found
  }

  it("without memfd_secret locks ordinary pages for keys, and without mlock says that it doesn't", () => {
    expect(stateWithout({ memfd_secret: "ENOSYS" }, "memory.locked")).toMatchObject({
      state: "enforced",
      evidence: { keys: "locked", keysError: "ENOSYS" },
    })
    const without = stateWithout({ memfd_secret: "ENOSYS", mlock: "EPERM" }, "memory.locked")
    expect(without).toMatchObject({ evidence: { keys: "plain", keysError: "EPERM" } })
    expect(without.state).not.toBe("enforced")
  })

  it("without seccomp filters nothing calls", () => {
    const without: Deprived = { seccomp: "ENOSYS" }
    expect(stateWithout(without, "syscalls.filtered")).toMatchObject({
      state: "unavailable",
      evidence: { first: "ENOSYS", attempts: { shmget: "done", "socket (Unix)": "done" } },
    })
    expect(stateWithout(without, "network.none")).toMatchObject({
      state: "unavailable",
      evidence: { namespace: "done" },
    })
    // Landlock still lets nothing start.
    expect(stateWithout(without, "process.execute")).toMatchObject({
      state: "enforced",
      evidence: { starting: "EACCES" },
    })
  })

  it("without Landlock isn't confined by read-only mounts alone, through which pipes and devices are written", () => {
    const found = stateWithout({ landlock_create_ruleset: "ENOSYS" }, "files.confined")
    expect(found).toMatchObject({
      state: "unavailable",
      evidence: { landlock: { outcome: "ENOSYS" }, listingRoot: "done", readOnlyMounts: "done" },
    })
  })

  it("without read-only mounts is confined by Landlock, as long as the calls that it doesn't know are refused", () => {
    const without: Deprived = { mount_setattr: "ENOSYS" }
    expect(stateWithout(without, "files.confined")).toMatchObject({
      state: "enforced",
      evidence: { readOnlyMounts: "ENOSYS", landlock: { outcome: "done" } },
    })
    expect(stateWithout({ ...without, seccomp: "ENOSYS" }, "files.confined").state).toBe("unavailable")
  })

  it("without read-only mounts lets no engine change the times of the user's files, also while it is made", async () => {
    const folder = mkdtempSync(join(tmpdir(), "touched-"))
    try {
      const path = join(folder, "letter.txt")
      writeFileSync(path, "dear")
      for (const place of [folder, path]) chownSync(place, ordinaryUser.uid ?? -1, ordinaryUser.gid ?? -1)
      const [secret, before] = [1_234_567, statSync(path).mtimeMs]
      const module = pathToFileURL(fixture("touching.mjs")).href
      const backend = { contract: 1, name: "touching", module, options: { path, seconds: secret }, needs: {} }
      // In a container no private tmpfs is over the place.
      const found = guarantee(openWithout({ unshare: "EPERM" }, { backend }), "files.confined")
      expect(found).toMatchObject({
        state: "enforced",
        evidence: { attributes: "done", backend: [{ touched: "EPERM" }] },
      })
      expect(statSync(path).mtimeMs).toBe(before)
      // The control: the same engine, without a filter.
      const unfiltered = openWithout({ unshare: "EPERM", seccomp: "ENOSYS" }, { backend })
      expect(guarantee(unfiltered, "files.confined")).toMatchObject({
        state: "unavailable",
        evidence: { backend: [{ touched: "done" }] },
      })
      expect(statSync(path).mtimeMs).toBe(secret * 1000)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it("that keeps capabilities, or whose parent can't be confined, counts on neither memory nor folder", () => {
    expect(stateWithout({ capset: "EPERM" }, "memory.private")).toMatchObject({
      state: "unavailable",
      evidence: { capabilities: "EPERM", parentConfined: "EPERM" },
    })
    expect(stateWithout({ seccomp: "ENOSYS" }, "memory.private")).toMatchObject({
      state: "unavailable",
      evidence: { parentConfined: "ENOSYS" },
    })
    expect(stateWithout({ seccomp: "ENOSYS" }, "process.private-directory").state).toBe("unavailable")
  })

  it("whose memory nobody could try to read doesn't take that for a refusal", () => {
    expect(stateWithout({ process_vm_readv: "EPERM" }, "memory.private").state).toBe("unavailable")
    expect(stateWithout({ process_vm_readv: "ENOSYS" }, "memory.private").state).toBe("unavailable")
  })

  it("closes inherited descriptors one by one where a container refuses to close them at once", () => {
    expect(guarantee(openWithout({ close_range: "EPERM" }), "memory.private").state).toBe("enforced")
  })

  it("without both is not confined, and starts programs once there is no filter either", () => {
    const without: Deprived = { landlock_create_ruleset: "ENOSYS", mount_setattr: "ENOSYS" }
    expect(stateWithout(without, "files.confined").state).toBe("unavailable")
    expect(stateWithout({ ...without, seccomp: "ENOSYS" }, "process.execute")).toMatchObject({
      state: "unavailable",
      evidence: { starting: "done" },
    })
  })

  it("without namespaces lets nobody count on its network where NVIDIA's driver names sockets", () => {
    const backend = { ...testBackend(), needs: { devices: ["/dev/nvidia-uvm"] } }
    const [own, others] = [openWithout({}, { backend }), openWithout({ unshare: "EPERM" }, { backend })]
    expect(guarantee(own, "network.none").state).toBe("enforced")
    expect(guarantee(others, "network.none")).toMatchObject({
      state: "unavailable",
      evidence: { namespace: "EPERM", attempts: { "socket (Unix, packets)": "EPERM", "socket (naming)": "EPERM" } },
    })
    expect(guarantee(openWithout({ unshare: "EPERM" }), "network.none").state).toBe("enforced")
  })

  it("without namespaces, as in most containers, keeps its memory to itself and says what it lacks", () => {
    const without: Deprived = { unshare: "EPERM" }
    expect(stateWithout(without, "process.private-directory").state).toBe("unavailable")
    expect(stateWithout(without, "memory.private")).toMatchObject({
      state: "enforced",
      evidence: { userNamespace: "EPERM" },
    })
    expect(stateWithout(without, "network.none")).toMatchObject({ state: "enforced", evidence: { namespace: "EPERM" } })
    expect(stateWithout(without, "files.confined")).toMatchObject({
      state: "enforced",
      evidence: { readOnlyMounts: "EPERM" },
    })
    expect(stateWithout(without, "process.separate")).toMatchObject({
      evidence: { jail: { user: "EPERM", processes: "EPERM", newProc: "EPERM", capabilities: "done" } },
    })
  })

  it("on a kernel with little of it says unavailable, guarantee by guarantee", () => {
    const without: Deprived = {
      ...{ landlock_create_ruleset: "ENOSYS", seccomp: "ENOSYS", unshare: "ENOSYS", close_range: "ENOSYS" },
      ...{ mount_setattr: "ENOSYS", memfd_secret: "ENOSYS", pidfd_open: "ENOSYS" },
    }
    const ids = ["files.confined", "network.none", "syscalls.filtered", "process.execute", "memory.private"] as const
    for (const id of ids) expect([id, stateWithout(without, id).state]).toEqual([id, "unavailable"])
  })

  it("whose backend declares a program starts it without exec, which nobody can", () => {
    // Dynamic, with arguments and an environment that it looks at.
    const program = realpathSync("/bin/sh")
    const starts = [program, "-c", 'test "$A$0" = 1word && exit 7', "word"]
    const started = openWithout({}, { backend: testBackend({ starts }, { execute: [program] }) })
    expect(guarantee(started, "process.execute")).toMatchObject({
      state: "enforced",
      evidence: { declared: 1, starting: "EPERM", backend: [{ started: "EPERM" }, { spawned: "ended 7" }] },
    })
    const refused = openWithout({}, { backend: testBackend({ starts }) })
    expect(guarantee(refused, "process.execute")).toMatchObject({
      state: "enforced",
      evidence: { backend: [{ started: "EPERM" }, { spawned: "errno 13" }] },
    })
    const another = openWithout({}, { backend: testBackend({ starts }, { execute: ["/bin/true"] }) })
    expect(guarantee(another, "process.execute")).toMatchObject({
      evidence: { backend: [{}, { spawned: "errno 13" }] },
    })
  })

  it("that can't hear from its jail counts on nothing of it", () => {
    const answer = openWithout({ memfd_create: "ENOSYS" })
    for (const id of ["memory.private", "files.confined", "network.none", "syscalls.filtered"] as const) {
      expect([id, guarantee(answer, id).state]).toEqual([id, "unavailable"])
    }
  })

  it("fails closed, with the list, where what is demanded doesn't hold", () => {
    const answer = openWithout(
      { seccomp: "ENOSYS" },
      { strict: ["network.none", "memory.private", "syscalls.filtered"] },
    )
    expect(answer).toMatchObject({
      code: "policy-guarantee",
      message: expect.stringContaining("network.none, memory.private, syscalls.filtered"),
    })
  })
})
