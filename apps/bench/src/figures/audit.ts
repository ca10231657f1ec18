import { execFileSync, spawnSync } from "node:child_process"
import { closeSync, existsSync, openSync } from "node:fs"
import { mkdir, mkdtemp, rm } from "node:fs/promises"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { audit as auditProgram } from "@strongroom/audit"
import { drivers } from "@strongroom/test-machine"
import { type Bench, type Figure, mediansOf } from "../figure.js"
import { allInTurn } from "../measure.js"

const runs = 7

/** Where programs write: a disk takes its own time, which differs from run to run by more than what is measured. */
const filesInMemory = existsSync("/dev/shm") ? "/dev/shm" : tmpdir()

/** 10,000 files of 4 KiB, one after another, or sixteen at once. */
const scripts = {
  "Node writing 10,000 files, one by one":
    'const fs = require("fs"); const b = Buffer.alloc(4096, 1); for (let i = 0; i < 10000; i++) fs.writeFileSync("f" + i, b)',
  "Node writing 10,000 files, sixteen at once":
    'const fs = require("fs").promises; const b = Buffer.alloc(4096, 1); (async () => { for (let i = 0; i < 625; i++) ' +
    'await Promise.all(Array.from({ length: 16 }, (_, k) => fs.writeFile("f" + (16 * i + k), b))) })()',
}

interface Program {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly environment: { readonly [name: string]: string | undefined }
}

/** A program that builds an OpenCL kernel on PoCL; none where that isn't installed, or there is no compiler. */
function pocl(folder: string, say: (line: string) => void): Program[] {
  const source = fileURLToPath(new URL("../../../packages/audit/test/programs/build-kernel.c", import.meta.url))
  const command = join(folder, "build-kernel")
  if (drivers.pocl) {
    execFileSync("cc", ["-O1", "-o", command, source, "-l:libOpenCL.so.1"])
    return [{ name: "PoCL building a kernel", command, args: [], environment: { ...process.env, ...drivers.pocl } }]
  }
  say("audit: no PoCL (node scripts/drivers.mjs pocl): its figure is left out")
  return []
}

/** The bundle of a package, into the working directory. */
function bundling(): Program {
  const folder = dirname(createRequire(import.meta.url).resolve("tsup/package.json"))
  const entry = fileURLToPath(new URL("../../../packages/core/src/index.ts", import.meta.url))
  const args = [join(folder, "dist/cli-default.js"), entry, "--no-config", "--format", "esm", "--out-dir", "."]
  return { name: "tsup bundling a package", command: process.execPath, args, environment: process.env }
}

/** A script that writes dozens of files, each under another name first; none where there is no Python. */
function python(): Program[] {
  if (spawnSync("python3", ["--version"]).status !== 0) return []
  const code = `import asyncio, compileall, email, json, os, sys
sys.pycache_prefix = os.getcwd()
for one in (asyncio, email, json): compileall.compile_dir(os.path.dirname(one.__file__), quiet=1, force=True)`
  return [{ name: "Python compiling modules", command: "python3", args: ["-c", code], environment: process.env }]
}

/** How long a program takes by itself, and when everything that it writes is looked at. */
export const audit: Bench = {
  name: "audit",
  about: "a program under audit beside the same program by itself",
  async measure(say) {
    if (process.platform !== "linux") return []
    const root = await mkdtemp(join(filesInMemory, "strongroom-bench-audit-"))
    const nowhere = openSync("/dev/null", "w")
    const figures: Figure[] = []
    try {
      const inNode = Object.entries(scripts).map(([name, script]) => {
        return { name, command: process.execPath, args: ["-e", script], environment: process.env }
      })
      for (const program of [...pocl(root, say), bundling(), ...python(), ...inNode]) {
        say(`audit: ${program.name}`)
        const [own = [], theirs = []] = await allInTurn(runs, [
          () => inNewFolder(root, (folder) => audited(program, folder, nowhere)),
          () => inNewFolder(root, (folder) => plain(program, folder)),
        ])
        const about = { name: program.name, peer: "the same by itself", unit: "ms", bar: { atMost: 1.3 } } as const
        figures.push({ ...about, ...mediansOf(own, theirs) })
      }
      return figures
    } finally {
      closeSync(nowhere)
      await rm(root, { recursive: true, force: true })
    }
  },
}

async function inNewFolder(root: string, measure: (folder: string) => Promise<number>): Promise<number> {
  const folder = join(root, "work")
  await mkdir(folder)
  try {
    return await measure(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** To its end; what is looked at afterwards doesn't slow it. */
async function audited({ command, args, environment }: Program, folder: string, output: number): Promise<number> {
  const variables = { ...environment, HOME: folder, POCL_CACHE_DIR: folder }
  const report = await auditProgram({ command, args, folder, environment: variables, standard: [0, output, output] })
  return report.milliseconds
}

async function plain({ command, args, environment }: Program, cwd: string): Promise<number> {
  const start = performance.now()
  spawnSync(command, args, { cwd, env: { ...environment, HOME: cwd, POCL_CACHE_DIR: cwd }, stdio: "ignore" })
  return performance.now() - start
}
