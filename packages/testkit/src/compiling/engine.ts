import { mkdir, readFile, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { Artifacts, CreateEngine, Host } from "@strongroom/core/backend"
import { referenceEngine } from "../reference/engine.js"
import { type LoadedProgram, loadProgram } from "../reference/load-program.js"
import { programSession } from "../reference/program-session.js"
import { decodeProgram, encodeProgram } from "./compiled-program.js"

/** The compiling backend's module. */
const createEngine: CreateEngine = async (keeps, host) => {
  const keep = keeps === "folder" ? inFolder(host) : inPieces
  return {
    ...referenceEngine(),
    fingerprint: { engine: "compiling", version: "1", device: "cpu", driver: "none" },
    async load(model, context) {
      let compiled = false
      const program = await keep(context.artifacts, async () => {
        compiled = true
        const loaded = await loadProgram(model, context)
        if ("declined" in loaded) throw new Declined(loaded.declined)
        return loaded
      }).catch((error) => {
        if (error instanceof Declined) return { declined: error.message }
        throw error
      })
      host.observe("cache.policy", { compiled })
      return "declined" in program ? program : programSession(program)
    },
  }
}

export default createEngine

class Declined extends Error {}

type Keep = (artifacts: Artifacts, compile: () => Promise<LoadedProgram>) => Promise<LoadedProgram>

const inPieces: Keep = async (artifacts, compile) => {
  const found = await artifacts.get("program")
  const usable = found && decodeProgram(found.bytes)
  found?.close()
  if (usable) return usable
  const program = await compile()
  await artifacts.put("program", encodeProgram(program))
  return program
}

/** Plays the driver's part: a folder that is there while the model is loaded, and a file in it that makes it faster. */
function inFolder({ directory }: Host): Keep {
  let folders = 0
  return async (artifacts, compile) => {
    if (directory === undefined) return await compile()
    const folder = join(directory, `driver-${++folders}`)
    const file = join(folder, "programs", "0.bin")
    try {
      await artifacts.restoreDirectory("driver", folder)
      const usable = await readFile(file).then(decodeProgram, () => undefined)
      if (usable) return usable
      const program = await compile()
      await mkdir(join(folder, "programs"), { recursive: true })
      await writeFile(file, encodeProgram(program))
      await artifacts.saveDirectory("driver", folder)
      return program
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
}
