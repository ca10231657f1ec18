import { execFileSync, spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { join } from "node:path"

/** The C compiler that attackers use, if this machine has one. */
export const compiler = ["cc", "gcc", "clang"].find((name) => spawnSync(name, ["--version"]).status === 0)

export const noCompiler =
  compiler === undefined ? "there is no C compiler to make the attacker's library with" : undefined

/** Compiles those tools that need no folder compiled in. */
export function compileTools(tools: string): void {
  if (compiler) execFileSync(compiler, ["-O1", "-o", join(tools, "tracer"), join(tools, "tracer.c")])
}

/** The attacker's library, which brings its loot to `loot`. */
export function compilePlant(tools: string, loot: string): string {
  const output = join(loot, "plant.so")
  if (compiler && !existsSync(output)) {
    execFileSync(compiler, ["-O1", "-shared", "-fPIC", `-DLOOT="${loot}"`, "-o", output, join(tools, "plant.c")])
  }
  return output
}
