import { execFileSync, spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { join } from "node:path"

/** The C compiler that attackers use, if this machine has one. */
const compiler = ["cc", "gcc", "clang"].find((name) => spawnSync(name, ["--version"]).status === 0)

export const noCompiler =
  compiler === undefined ? "there is no C compiler to make the attacker's tools with" : undefined

/** Compiles those tools that need no folder compiled in. */
export function compileTools(tools: string): void {
  if (!compiler) return
  for (const name of ["tracer", "hold", "race", "takeover"]) {
    execFileSync(compiler, ["-O1", "-o", join(tools, name), join(tools, `${name}.c`)])
  }
  execFileSync(compiler, ["-O1", "-shared", "-fPIC", "-o", join(tools, "careless.so"), join(tools, "careless.c")])
}

/** A library of the attacker's, which brings its loot to `loot`. */
export function compilePlant(tools: string, loot: string, name: "plant" | "shim" = "plant"): string {
  const output = join(loot, `${name}.so`)
  if (compiler && !existsSync(output)) {
    const definitions = [`-DLOOT="${loot}"`, `-DSELF="${output}"`]
    execFileSync(compiler, ["-O1", "-shared", "-fPIC", ...definitions, "-o", output, join(tools, `${name}.c`)])
  }
  return output
}
