// Compiles native/*.c to one shared object for this machine, dist/native/<platform>-<architecture>.so, where there is a C
// compiler. It uses no C library, so one file serves glibc and musl. Elsewhere than on Linux there is nothing to build.
import { execFileSync, spawnSync } from "node:child_process"
import { mkdirSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const sources = readdirSync(join(root, "native"))
  .filter((name) => name.endsWith(".c"))
  .sort()
  .map((name) => join("native", name))

/** The same for every compiler: the files hold no path, no date and no name of a build. */
export const flags = [
  ...["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-nostdlib", "-ffreestanding"],
  ...["-fno-stack-protector", "-fno-asynchronous-unwind-tables", "-fvisibility=hidden", "-s"],
  ...["-Wl,-z,relro", "-Wl,-z,now", "-Wl,-z,noexecstack", "-Wl,--build-id=none"],
]

/** @param {readonly string[]} compiler a command and its first arguments @param {string} output */
export function compile(compiler, output) {
  const [command, ...first] = compiler
  // Without it, GCC calls a function of its own library for every atomic operation there.
  const isArm = /^aarch64/.test(execFileSync(command, [...first, "-dumpmachine"], { encoding: "utf8" }))
  const more = isArm ? ["-mno-outline-atomics"] : []
  execFileSync(command, [...first, ...flags, ...more, "-o", output, ...sources], { cwd: root, stdio: "inherit" })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.platform === "linux") {
    const compiler = ["cc", "gcc", "clang"].find((name) => spawnSync(name, ["--version"]).status === 0)
    if (compiler) {
      mkdirSync(join(root, "dist/native"), { recursive: true })
      compile([compiler], join(root, `dist/native/linux-${process.arch}.so`))
    } else {
      console.warn(
        "No C compiler: built without the native part. The vault works, and its report says what is missing.",
      )
    }
  }
}
