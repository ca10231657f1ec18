import { execFileSync, spawnSync } from "node:child_process"

/** Why nothing can be compiled here, if so. In CI a missing compiler must fail: tests run, without it. */
export const noCompiler =
  !process.env.CI && spawnSync("cc", ["--version"]).status !== 0 ? "there is no C compiler" : undefined

/** Compiles a library that does one thing when it is loaded: it writes `word` to the file `proof`. */
export function compile(library: string, proof: string, word: string): void {
  const source = `#include <stdio.h>
__attribute__((constructor)) static void planted(void) {
  FILE *file = fopen(${JSON.stringify(proof)}, "w");
  if (file) { fputs(${JSON.stringify(word)}, file); fclose(file); }
}`
  execFileSync("cc", ["-shared", "-fPIC", "-o", library, "-x", "c", "-"], { input: source })
}
