import { createHash } from "node:crypto"
import type { Artifacts } from "@strongroom/core/backend"
import type { Kernel, Program } from "@strongroom/opencl/objects"
import type { ProgramStore } from "../programs/program-store.js"

/** Kernels that a session has built, each text once. */
export interface SessionKernels {
  /**
   * Begins to build what was kept of the first shapes, most of which other shapes need as well. When this resolves the
   * driver is at it, on a thread of its own. Never rejects: what fails is tried again by {@link build}, which says so.
   */
  begin(): Promise<void>
  /** Builds those of `sources` that aren't there yet: as what was kept has them, and the rest in one program. */
  build(sources: readonly string[]): Promise<void>
  /** One of what was built, the caller's to release. */
  kernel(source: string): Kernel
  /** Keeps what was compiled, and which kernels were compiled together, so that other shapes find theirs. */
  keep(): Promise<void>
  close(): Promise<void>
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
  let begun: Promise<void> | undefined

  async function buildGroup(group: Group): Promise<void> {
    const { key, text, nameOf } = programOf(group)
    const program = await store.program(key, text, options)
    programs.push(program)
    for (const [index, source] of group.entries()) {
      if (!built.has(source)) built.set(source, { program, name: nameOf(index) })
    }
  }

  async function beginFirst(): Promise<void> {
    groups = await keptGroups(artifacts)
    const [first] = groups
    if (first === undefined) return
    await store.restore(programOf(first).key)
    begun = buildGroup(first).catch(() => {})
  }

  return {
    begin: () => beginFirst().catch(() => {}),
    async build(sources) {
      await begun
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
    async close() {
      await begun
      for (const program of programs.splice(0)) program.release()
      built.clear()
    },
  }
}

/** A group as one program. Names are by the place in it: the same group is the same text, whatever was built before. */
function programOf(group: Group) {
  const nameOf = (index: number) => `k${index}`
  const text = group.map((source, index) => source.replaceAll("KERNEL", nameOf(index))).join("\n")
  return { key: `kernels ${createHash("sha256").update(text).digest("hex")}`, text, nameOf }
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
