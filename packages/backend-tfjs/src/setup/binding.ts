import { mkdir } from "node:fs/promises"
import { join } from "node:path"
import { findCompiler, isInPath } from "./compiler.js"
import { releases } from "./place.js"
import { runProgram } from "./program.js"

/** TensorFlow's libraries, which the binding is linked against, by their names in the wheel and at run time. */
export const libraries = ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"] as const

/** The folders that a binding is made of. */
export interface BindingFolders {
  /** Of the npm package: `binding/` has its source, `deps/lib/` gets the libraries. */
  readonly tfjs: string
  /** Of C's headers: Node-API's, TensorFlow's. */
  readonly headers: readonly string[]
}

/** Drops the libraries' symbol tables, a fifth of them, where there is a `strip`: nothing but a debugger reads those. */
export async function stripLibraries({ tfjs }: BindingFolders, signal: AbortSignal): Promise<void> {
  if (!isInPath("strip")) return
  const cwd = join(tfjs, "deps/lib")
  await runProgram("Stripping TensorFlow", ["strip", "--strip-unneeded", ...libraries], { cwd, signal })
}

/** Compiles the package's own two C++ files to where its code looks for the binding. */
export async function compileBinding(
  { tfjs, headers }: BindingFolders,
  compiler: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const output = join("lib", `napi-v${releases.nodeApi}`)
  await mkdir(join(tfjs, output), { recursive: true })
  const command = [
    ...findCompiler(compiler),
    ...["-std=c++17", "-O2", "-fPIC", "-shared", "-s", `-DNAPI_VERSION=${releases.nodeApi}`],
    ...headers.map((folder) => `-I${folder}`),
    ...["binding/tfjs_backend.cc", "binding/tfjs_binding.cc"],
    ...libraries.map((name) => join("deps/lib", name)),
    // Beside the binding, wherever all of it lies.
    ...["-Wl,-rpath,$ORIGIN/../../deps/lib", "-o", join(output, "tfjs_binding.node")],
  ]
  await runProgram("Compiling the binding", command, { cwd: tfjs, signal })
}
