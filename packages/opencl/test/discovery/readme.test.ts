import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { drivers, environmentFor } from "@strongroom/test-machine"
import { describe, expect, it } from "vitest"
import { run } from "../command/run.js"

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8")

describe.skipIf(drivers.pocl === undefined)("the README on what is on a machine", () => {
  it("shows what info prints", async () => {
    const block = /^```console\n\$ npx @strongroom\/opencl info\n(.*?)^```/ms.exec(readme)?.[1] ?? ""
    const { stdout } = await run(["info"], environmentFor("pocl"))
    const shown = block
      .replace("libOpenCL.so.1", "…") // which loader and which files, depends on how PoCL was installed
      .replace("/etc/OpenCL/vendors/pocl.icd = libpocl.so…", "…pocl.icd = …libpocl…")
      .trimEnd()
      .split("\n")
    const lines = shown.map((line) => {
      if (line.trim() === "…") return "(?:.*\\n)*"
      return `${line.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll("…", ".*")}\\n`
    })
    expect(block).toContain("OpenCL library")
    expect(stdout).toMatch(new RegExp(`^${lines.join("")}`))
  })

  it("shows a program that lists devices", () => {
    const code = [...readme.matchAll(/^```js\n(.*?)^```/gms)].map(([, text]) => text ?? "")
    const program = code.find((text) => text.includes("@strongroom/opencl/discovery")) ?? ""
    const { stdout, stderr, status } = spawnSync(process.execPath, ["--input-type=module", "--eval", program], {
      cwd: fileURLToPath(new URL(".", import.meta.url)),
      env: environmentFor("pocl"),
      encoding: "utf8",
    })
    expect({ stderr, status }).toEqual({ stderr: "", status: 0 })
    expect(stdout).toMatch(/^.*\/pocl\.icd ready \nPortable Computing Language .+ \d+ undefined\n$/)
  })
})
