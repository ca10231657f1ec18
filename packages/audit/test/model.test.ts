import { spawn } from "node:child_process"
import { once } from "node:events"
import { closeSync, openSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { formatAudit, ModelSearch, searchProcess } from "../src/index.js"
import { plant, plantedFile } from "../src/model/plant.js"
import { models } from "./models.js"
import { notHere, quietly, temporaryFolder, within } from "./support.js"

const path = join(models, "ch_ppocr_mobile_v2.0_cls_infer.onnx")

describe.skipIf(notHere)("audit with a model", () => {
  it("finds weights that a program wrote and removed, and those that it packed", async () => {
    const folder = temporaryFolder()
    const script = `head -c 200000 "${path}" | tail -c 99991 > w; gzip -k w; rm w; head -c 100000 /dev/urandom > noise`
    const report = await quietly({ command: "sh", args: ["-c", script], folder, model: [path] })
    const files = within(report, folder)
    expect(files.get("w")?.contents[0]?.found).toMatchObject({ bytes: 99_991, longest: 99_991, runs: 1 })
    expect(files.get("w.gz")?.contents[0]?.found).toMatchObject({ bytes: 99_991, longest: 99_991, runs: 1 })
    expect(files.get("noise")?.contents[0]?.found).toMatchObject({ bytes: 0, runs: 0, nameCount: 0 })
    expect(report.model).toMatchObject({ foundIn: 2, planted: { file: true, gzip: true, zip: true, memory: true } })
    expect(report.model?.windows).toBeGreaterThan(8000)
    const { windows = 0, windowsFound = 0 } = report.model ?? {}
    expect(Math.abs(windowsFound / windows - 99_991 / readFileSync(path).length)).toBeLessThan(0.02)
    expect(formatAudit(report)).toContain(
      `${Math.floor((1000 * windowsFound) / windows) / 10}% of its windows were found.`,
    )
  })

  it("finds it across the pieces in which a large file is read", async () => {
    const folder = temporaryFolder()
    // The end of the first 64 MiB is in the middle of it.
    const script = `{ head -c 67108000 /dev/zero; tail -c 400000 "${path}"; } > large`
    const report = await quietly({ command: "sh", args: ["-c", script], folder, model: [path] })
    const found = within(report, folder).get("large")?.contents[0]?.found
    expect(found?.bytes).toBeGreaterThan(380_000)
  }, 180_000)

  it("fails when what was planted is not found", async () => {
    // A search that doesn't know it.
    const search = new ModelSearch([{ name: "model", bytes: readFileSync(path) }])
    await expect(plant(search)).rejects.toThrow("What was planted was not found (file, gzip, zip, memory)")
    const knowing = new ModelSearch([{ name: "model", bytes: readFileSync(path) }], [plantedFile])
    await expect(plant(knowing)).resolves.toEqual({ file: true, gzip: true, zip: true, memory: true })
  })

  it("ends what it planted when the search fails", async () => {
    const search = new ModelSearch([{ name: "model", bytes: readFileSync(path) }])
    search.search = () => {
      throw new Error("no memory")
    }
    const open = readdirSync("/proc/self/fd").length
    await expect(plant(search)).rejects.toThrow("no memory")
    expect(readdirSync("/proc/self/fd").length).toBeLessThanOrEqual(open)
  })

  it("finds it in a process's memory", async () => {
    const search = new ModelSearch([{ name: "model", bytes: readFileSync(path) }])
    const hold = (what: string) => `const held = ${what}; console.log("held"); setInterval(() => held.length, 1000)`
    for (const [what, least] of [
      [`require("fs").readFileSync(${JSON.stringify(path)})`, 500_000],
      ["''", 0],
    ] as const) {
      const child = spawn(process.execPath, ["-e", hold(what)], { stdio: ["ignore", "pipe", "inherit"] })
      await once(child.stdout, "data")
      const { bytes } = searchProcess(child.pid ?? 0, search)
      child.kill("SIGKILL")
      if (least > 0) expect(bytes).toBeGreaterThan(least)
      else expect(bytes).toBe(0)
    }
  })

  it("takes a program's input and output from whoever calls", async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, "in"), "from outside")
    const [input, output] = [openSync(join(folder, "in"), "r"), openSync(join(folder, "out"), "w")]
    await quietly({ command: "cat", folder, standard: [input, output, 2] })
    for (const descriptor of [input, output]) closeSync(descriptor)
    expect(readFileSync(join(folder, "out"), "utf8")).toBe("from outside")
  })
})
