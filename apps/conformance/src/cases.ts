import { existsSync, readdirSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { type Case, type DataSet, type Kind, kinds } from "./case.js"

// onnx/backend/test/loader: of every case that doesn't say otherwise.
const tolerance = { relative: 1e-3, absolute: 1e-7 }

/** Every case below `data`, which is the folder onnx/backend/test/data of ONNX's wheel. */
export function findCases(data: string): Case[] {
  return kinds.flatMap((kind) => (kind === "light" ? lightCases(data) : folderCases(data, kind)))
}

function folderCases(data: string, kind: Kind): Case[] {
  return namesIn(join(data, kind), "").flatMap((name) => {
    const folder = join(data, kind, name)
    const model = join(folder, "model.onnx")
    if (!existsSync(model)) return []
    const sets = namesIn(folder, "test_data_set").map((set): DataSet => {
      const files = (start: string) => numbered(join(folder, set), start)
      return { inputs: files("input_"), outputs: files("output_") }
    })
    return [{ kind, name, model, sets, tolerance }]
  })
}

/** The networks: their data.json is in the folder `real`, their models and outputs in `light`. */
function lightCases(data: string): Case[] {
  return namesIn(join(data, "real"), "").flatMap((name) => {
    const description = join(data, "real", name, "data.json")
    if (!existsSync(description)) return []
    const { url, rtol, atol } = JSON.parse(readFileSync(description, "utf8"))
    const model = join(data, "light", basename(url))
    const outputs = numbered(join(data, "light"), basename(url).replace(".onnx", "_output_"))
    const own = { relative: rtol ?? tolerance.relative, absolute: atol ?? tolerance.absolute }
    return [{ kind: "light" as const, name, model, sets: [{ inputs: "ramp", outputs }], tolerance: own }]
  })
}

function namesIn(folder: string, start: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith(start))
    .sort()
}

/** `start0.pb`, `start1.pb` and on. */
function numbered(folder: string, start: string): string[] {
  const { length } = namesIn(folder, start)
  return Array.from({ length }, (_, index) => join(folder, `${start}${index}.pb`))
}
