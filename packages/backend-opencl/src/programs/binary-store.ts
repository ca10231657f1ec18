import type { Artifacts, Plaintext } from "@strongroom/core/backend"
import type { Context, Device, Program } from "@strongroom/opencl/objects"
import type { ProgramStore } from "./program-store.js"

/** Keeps what clGetProgramInfo gives as a program's binary: machine code, or whatever the driver makes machine code from. */
export function binaryStore(context: Context, artifacts: Artifacts): ProgramStore {
  const device = context.devices[0] as Device
  const fresh = new Map<string, Program>()

  const restored = new Map<string, Promise<Plaintext | undefined>>()

  function restore(key: string): Promise<Plaintext | undefined> {
    const found = restored.get(key) ?? artifacts.get(key)
    restored.set(key, found)
    return found
  }

  async function kept(key: string, compilerOptions: string): Promise<Program | undefined> {
    const binary = await restore(key)
    restored.delete(key)
    try {
      const binaries = binary && new Map([[device, binary.bytes]])
      return binaries && (await context.createProgram({ binaries }, { compilerOptions }))
    } catch {
      // The driver doesn't take what it gave: its version doesn't tell all that its binaries depend on.
      return undefined
    } finally {
      binary?.close()
    }
  }

  return {
    async restore(key) {
      await restore(key)
    },
    async program(key, source, compilerOptions) {
      const found = await kept(key, compilerOptions)
      if (found) return found
      const made = await context.createProgram(await source(), { compilerOptions })
      fresh.set(key, made)
      return made
    },
    async keep() {
      for (const [key, program] of fresh) {
        fresh.delete(key)
        const binary = program.binaries().get(device)
        if (binary === undefined || binary.length === 0) continue
        await artifacts.put(key, binary)
        binary.fill(0)
      }
    },
  }
}
