import { execFileSync, spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { doctor } from "../src/index.js"
import { temporaryFolder } from "./support.js"

const without = process.platform === "win32" || spawnSync("python3", ["-c", "import venv"]).status !== 0

describe.skipIf(without)("the python3 in PATH", () => {
  it("of an environment is asked for its folders, and runs nothing of them", async () => {
    const folder = temporaryFolder()
    const environment = join(folder, "environment")
    execFileSync("python3", ["-m", "venv", "--without-pip", environment])
    const [version = ""] = readdirSync(join(environment, "lib"))
    const packages = join(environment, "lib", version, "site-packages")
    mkdirSync(join(packages, "openvino-2025.3.0.dist-info"))
    // What any ordinary start of this Python would run.
    const ran = join(folder, "ran")
    writeFileSync(join(packages, "planted.pth"), `import os; open(${JSON.stringify(ran)}, "w").close()\n`)
    const PATH = `${join(environment, "bin")}:${process.env.PATH}`
    const found = await doctor({ environment: { PATH, HOME: folder }, folder })
    expect(found.runtimes).toMatchObject([{ from: "python", name: "openvino", version: "2025.3.0" }])
    expect(found.python?.version).toMatch(/^3\./)
    expect(existsSync(ran)).toBe(false)
    execFileSync("python3", ["-c", ""], { env: { PATH } })
    expect(existsSync(ran)).toBe(true)
  })

  it("may not be there, or be no Python", async () => {
    const folder = temporaryFolder()
    const look = () => doctor({ environment: { PATH: `${join(folder, "none")}:${folder}`, HOME: folder }, folder })
    expect(await look()).toMatchObject({ python: null, runtimes: [] })
    writeFileSync(join(folder, "python3"), "#!/bin/sh\necho hello\n", { mode: 0o755 })
    expect(await look()).toMatchObject({ python: null, runtimes: [] })
  })
})
