// Compiles a package's native/*.c to shared objects, dist/native/linux-<architecture>.so: the vault's, and the audit's by
// its own script. They use no C library, so one serves glibc and musl. With STRONGROOM_ZIG, a Python whose `-m ziglang` is
// the pinned compiler (native/requirements.txt), both architectures are built, byte for byte as they are released
// (native/checksums.txt); else this machine's own, by its C compiler, if it is Linux and has one.
import { execFileSync, spawnSync } from "node:child_process"
import { mkdirSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))

const flags = [
  ...["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-nostdlib", "-ffreestanding"],
  ...["-fno-strict-aliasing", "-fno-stack-protector", "-fno-asynchronous-unwind-tables", "-fvisibility=hidden", "-s"],
  ...["-Wl,-z,relro", "-Wl,-z,now", "-Wl,-z,noexecstack", "-Wl,--build-id=none"],
]
// Otherwise compilers call a function of their own library for every atomic operation there.
const armFlags = ["-mno-outline-atomics"]

// Not in the user's home.
const zigCache = join(root, "../../.cache/zig")
const zigCaches = { ZIG_GLOBAL_CACHE_DIR: zigCache, ZIG_LOCAL_CACHE_DIR: zigCache }

/** @typedef {"x64" | "arm64"} Architecture */

/**
 * @param {readonly string[]} compiler a command and its first arguments
 * @param {Architecture} architecture
 * @param {string} output @param {string} sources the folder of the C files
 */
function compile([command, ...first], architecture, output, sources) {
  // Relative, so that no path of this machine can get in.
  const files = readdirSync(sources).filter((name) => name.endsWith(".c"))
  const all = [...first, ...flags, ...(architecture === "arm64" ? armFlags : []), "-o", output, ...files.sort()]
  execFileSync(command, all, { cwd: sources, stdio: "inherit", env: { ...process.env, ...zigCaches } })
}

// clang takes settings from a GCC for the target where it finds one: with Debian's for arm64, atomic operations became calls
// into a library that was linked in, six times the rest, in spite of armFlags.
const noGcc = "--gcc-toolchain=/nonexistent"

/** Both architectures, as released. @param {string} python @param {string} folder @param {string} [sources] */
export function buildForRelease(python, folder, sources = join(root, "native")) {
  mkdirSync(folder, { recursive: true })
  for (const [architecture, target] of [
    ["x64", "x86_64-linux-musl"],
    ["arm64", "aarch64-linux-musl"],
  ]) {
    const output = join(folder, `linux-${architecture}.so`)
    compile([python, "-m", "ziglang", "cc", "-target", target, noGcc], architecture, output, sources)
  }
}

/**
 * What a package's build does. `otherwise` is what to say where there is no compiler.
 * @param {string} folder the package's @param {string} otherwise
 */
export function buildNative(folder, otherwise) {
  const [sources, output] = [join(folder, "native"), join(folder, "dist/native")]
  const zig = process.env.STRONGROOM_ZIG
  if (zig) return buildForRelease(zig, output, sources)
  if (process.platform !== "linux") return
  const compiler = ["cc", "gcc", "clang"].find((name) => spawnSync(name, ["--version"]).status === 0)
  if (!compiler) {
    console.warn(`No C compiler: built without the native part. ${otherwise}`)
    return
  }
  mkdirSync(output, { recursive: true })
  compile([compiler], process.arch, join(output, `linux-${process.arch}.so`), sources)
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  buildNative(root, "The vault works, and its report says what is missing.")
