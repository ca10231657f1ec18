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
  /**
   * Keeps what was compiled, and which kernels were compiled together, so that other shapes find theirs. Then programs that
   * no kernel is of any more go, but for those that were used last.
   */
  keep(): Promise<void>
  close(): Promise<void>
}

// Products and sums may be one instruction. What kernels take needn't be told: the engine has written them.
const options = "-cl-mad-enable"

/** Sources that are, or were, one program. */
type Group = readonly string[]

interface Held {
  readonly group: Group
  /** Those that were made of it. */
  readonly kernels: Set<Kernel>
}

const groupsKey = "groups of kernels"

/** @param mostPrograms that are held, and groups that are remembered, where nothing needs more */
export function sessionKernels(
  store: ProgramStore,
  artifacts: Pick<Artifacts, "get" | "put">,
  mostPrograms = 32,
): SessionKernels {
  const built = new Map<string, { readonly program: Program; readonly name: string }>()
  /** The one used last is the last. */
  const programs = new Map<Program, Held>()
  /** What the latest plan is made of: perhaps its kernels aren't yet. */
  const inUse = new Set<Program>()
  let groups: Group[] | undefined
  let isNew = false
  let begun: Promise<void> | undefined

  async function buildGroup(group: Group): Promise<void> {
    const { key, text, nameOf } = programOf(group)
    const program = await store.program(key, async () => text, options)
    programs.set(program, { group, kernels: new Set() })
    inUse.add(program)
    for (const [index, source] of group.entries()) {
      if (!built.has(source)) built.set(source, { program, name: nameOf(index) })
    }
  }

  function useIfBuilt(source: string): void {
    const program = built.get(source)?.program
    if (program === undefined) return
    const held = programs.get(program) as Held
    programs.delete(program)
    programs.set(program, held)
    inUse.add(program)
  }

  function isNeeded(program: Program, { kernels }: Held): boolean {
    for (const kernel of kernels) if (kernel.released) kernels.delete(kernel)
    return kernels.size > 0 || inUse.has(program)
  }

  function letGo(program: Program, { group }: Held): void {
    programs.delete(program)
    for (const source of group) if (built.get(source)?.program === program) built.delete(source)
    program.release()
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
      inUse.clear()
      // What is there stays while the rest is built: keep(), for an earlier run, may be at it.
      for (const source of sources) useIfBuilt(source)
      groups ??= await keptGroups(artifacts)
      const missing = () => [...new Set(sources)].filter((source) => !built.has(source))
      for (const group of groups) {
        if (missing().some((source) => group.includes(source))) await buildGroup(group)
      }
      const added = missing()
      if (added.length > 0) {
        await buildGroup(added)
        groups.push(added)
        // The first is what is built while the network's graph is read.
        if (groups.length > mostPrograms) groups.splice(1, 1)
        isNew = true
      }
      for (const source of sources) useIfBuilt(source)
    },
    kernel(source) {
      const found = built.get(source)
      if (found === undefined) throw new Error("A kernel is asked for that wasn't built.")
      const kernel = found.program.createKernel(found.name)
      programs.get(found.program)?.kernels.add(kernel)
      return kernel
    },
    async keep() {
      await store.keep()
      const idle = [...programs].filter(([program, held]) => !isNeeded(program, held))
      for (const [program, held] of idle.slice(0, Math.max(0, programs.size - mostPrograms))) letGo(program, held)
      if (!isNew) return
      isNew = false
      await artifacts.put(groupsKey, new TextEncoder().encode(JSON.stringify(groups)))
    },
    async close() {
      await begun
      for (const [program, held] of programs) letGo(program, held)
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
