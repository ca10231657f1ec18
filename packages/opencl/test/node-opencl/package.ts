import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { createRequire } from "node:module"
import { basename, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const name = "node-opencl"
const version = "0.4.5"
const integrity = "sha512-1KAFQtJy2qldFSMLKaNxaWSX1IWRJ5/nqEcIh1SjJxOT5lAts4VSM3b14AW9jrZmzHIMCv1B0II3lAqUZfdI6w=="

const here = dirname(fileURLToPath(import.meta.url))
const packageRoot = join(here, "../..")
const cache = join(packageRoot, "../../.cache")

/**
 * node-opencl as npm has it, with this package in the place of its binding. Its own tests are not touched.
 *
 * @param folder where to unpack it: emptied first. What was lib/ is original/
 */
export function unpack(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  execFileSync("tar", ["-xzf", tarball(), "-C", folder, "--strip-components", "1"])
  renameSync(join(folder, "lib"), join(folder, "original"))
  mkdirSync(join(folder, "lib"))
  cpSync(join(here, "lib.cjs"), join(folder, "lib/opencl.js"))
  writeFileSync(join(folder, "lib/place.json"), JSON.stringify(join(packageRoot, "dist/index.cjs")))
  // The oldest chai that its package.json takes, and the newest when it was written: not the one that vitest brings.
  const chai = dirname(createRequire(import.meta.url).resolve("chai/package.json"))
  mkdirSync(join(folder, "node_modules"))
  symlinkSync(chai, join(folder, "node_modules/chai"), "junction")
}

/** Fetched once. Its bytes are checked every time. */
function tarball(): string {
  const file = join(cache, `${name}-${version}.tgz`)
  if (!existsSync(file)) {
    mkdirSync(cache, { recursive: true })
    // Test files run at the same time: each fetches for itself, and the last whole file stays.
    const place = mkdtempSync(join(cache, "fetch-"))
    const shell = process.platform === "win32"
    execFileSync("npm", ["pack", `${name}@${version}`, "--pack-destination", place, "--silent"], {
      stdio: "pipe",
      shell,
    })
    renameSync(join(place, basename(file)), file)
    rmSync(place, { recursive: true })
  }
  const found = `sha512-${createHash("sha512").update(readFileSync(file)).digest("base64")}`
  if (found !== integrity)
    throw new Error(`${file} isn't ${name} ${version}: expected ${integrity}, got ${found}. Delete it.`)
  return file
}
