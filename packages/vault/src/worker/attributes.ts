import { compileAttributeFilter } from "../os/attribute-filter.js"
import { filterFlags, setFilter } from "../os/bpf.js"
import { filterProgram } from "../os/filter-program.js"
import type { JailResults } from "../os/jail.js"
import { linux } from "../os/linux.js"
import { thisArchitecture } from "../os/system-calls.js"

/**
 * Where the jail couldn't make the mounts read-only, keeps every thread from changing modes, owners and times of the user's
 * files, by which an engine could tell others something. Called before there is an engine, which could keep it from working.
 *
 * @returns 0, or -errno. Undefined where it isn't needed, or no filter can be set.
 */
export async function keepAttributes(jail: JailResults | undefined): Promise<number | undefined> {
  const [system, architecture] = [await linux(), thisArchitecture()]
  if (!system || !architecture || jail?.seccomp !== 0 || jail.readOnly === 0) return undefined
  const program = filterProgram(system, compileAttributeFilter(architecture))
  return system.call("seccomp", setFilter, filterFlags.allThreads, program)
}
