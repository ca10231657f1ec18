import { createHash } from "node:crypto"
import type { Artifacts } from "@strongroom/core/backend"
import type { Kernel, Program } from "@strongroom/opencl/objects"
import type { ProgramStore } from "../programs/program-store.js"

/** Kernels that a session has built, each text once. */
export interface SessionKernels {
  /** Builds those of `sources` that aren't there yet: as what was kept has them, and the rest in one program. */
  build(sources: readonly string[]): Promise<void>
  /** One of what was built, the caller's to release. */
  kernel(source: string): Kernel
  /** Keeps what was compiled, and which kernels were compiled together, so that other shapes find theirs. */
  keep(): Promise<void>
  release(): void
}

// Products and sums may be one instruction. What kernels take needn't be told: the engine has written them.
const options = "-cl-mad-enable"

/** Sources that are, or were, one program. */
type Group = readonly string[]

const groupsKey = "groups of kernels"

export function sessionKernels(store: ProgramStore, artifacts: Pick<Artifacts, "get" | "put">): SessionKernels {
  const built = new Map<string, { readonly program: Program; readonly name: string }>()
  const programs: Program[] = []
  let groups: Group[] | undefined
  let isNew = false

  async function buildGroup(group: Group): Promise<void> {
    // Names by the place in the group: the same group is the same text, whatever was built before.
    const names = group.map((_, index) => `k${index}`)
    const text = group.map((source, index) => source.replaceAll("KERNEL", names[index] as string)).join("\n")
    const digest = createHash("sha256").update(text).digest("hex")
    const program = await store.program(`kernels ${digest}`, async () => text, options)
    programs.push(program)
    for (const [index, source] of group.entries()) {
      if (!built.has(source)) built.set(source, { program, name: names[index] as string })
    }
  }

  return {
    async build(sources) {
      groups ??= await keptGroups(artifacts)
      const missing = () => [...new Set(sources)].filter((source) => !built.has(source))
      for (const group of groups) {
        if (missing().some((source) => group.includes(source))) await buildGroup(group)
      }
      const added = missing()
      if (added.length === 0) return
      await buildGroup(added)
      groups.push(added)
      isNew = true
    },
    kernel(source) {
      const found = built.get(source)
      if (found === undefined) throw new Error("A kernel is asked for that wasn't built.")
      return found.program.createKernel(found.name)
    },
    async keep() {
      await store.keep()
      if (!isNew) return
      isNew = false
      await artifacts.put(groupsKey, new TextEncoder().encode(JSON.stringify(groups)))
    },
    release() {
      for (const program of programs.splice(0)) program.release()
      built.clear()
    },
  }
}

/** None where what was kept isn't such a list: then all is compiled again. */
async function keptGroups(artifacts: Pick<Artifacts, "get">): Promise<Group[]> {
  const kept = await artifacts.get(groupsKey)
  try {
    const groups: unknown = kept === undefined ? [] : JSON.parse(new TextDecoder().decode(kept.bytes))
    return isGroups(groups) ? groups : []
  } catch {
    return []
  } finally {
    kept?.close()
  }
}

function isGroups(value: unknown): value is Group[] {
  const isGroup = (one: unknown) => Array.isArray(one) && one.every((source) => typeof source === "string")
  return Array.isArray(value) && value.every(isGroup)
}
