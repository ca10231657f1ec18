import { createRequire } from "node:module"
import { join } from "node:path"
import { StrongroomError } from "@strongroom/core/backend"

import {
  apiFunctions,
  apiVersion,
  compileFunctions,
  type OtherFunction,
  otherFunctions,
  pointer,
  releaseCompilationOptions,
  type StatusFunction,
} from "./functions.js"

type Called = (...values: readonly unknown[]) => unknown

/** ONNX Runtime's C API, of the very library that onnxruntime-node has loaded. Pointers are bigints. */
export interface NativeRuntime {
  /** @throws Error with ONNX Runtime's own words, which can name nodes: not for an app's eyes */
  call(name: StatusFunction, ...values: readonly unknown[]): void
  /** The same for a function whose last parameter is what it gives. */
  give(name: StatusFunction, ...values: readonly unknown[]): bigint
  /** The same for a number. */
  number(name: StatusFunction, ...values: readonly unknown[]): number
  other<Result>(name: OtherFunction, ...values: readonly unknown[]): Result
  pointers(address: bigint, length: number): readonly bigint[]
  /** Valid while the bytes are kept. */
  addressOf(bytes: Uint8Array): bigint
  /** Memory of the library's, valid for as long as what it belongs to. */
  view(address: bigint, byteLength: number): Uint8Array
  /** A text that ends with a zero. */
  text(address: bigint): string
}

let loaded: NativeRuntime | undefined

/** @throws StrongroomError `backend-missing` */
export function nativeRuntime(): NativeRuntime {
  loaded ??= load()
  return loaded
}

function load(): NativeRuntime {
  try {
    const require = createRequire(import.meta.url)
    const koffi: typeof import("koffi") = require("koffi")
    const library = koffi.load(libraryPath(require.resolve("onnxruntime-node/package.json")))
    const base: bigint = library.func("OrtGetApiBase", pointer, [])()
    const [getApi] = koffi.decode(base, koffi.array(pointer, 1))
    const api: bigint = koffi.call(getApi, koffi.proto(null, pointer, ["uint32_t"]), apiVersion)
    const functionAt = (table: bigint, place: number, result: string, parameters: readonly string[]): Called =>
      koffi.decode(koffi.decode(table, place * 8, pointer), koffi.proto(null, result, [...parameters])) as Called
    const others = Object.entries(otherFunctions).map(
      ([name, [place, result, ...parameters]]) => [name, functionAt(api, place, result, parameters)] as const,
    )
    const other: Partial<Record<string, Called>> = Object.fromEntries(others)
    const compileApi = other.GetCompileApi?.() as bigint
    const [place, result, ...parameters] = releaseCompilationOptions
    other.ReleaseModelCompilationOptions = functionAt(compileApi, place, result, parameters)
    const statusFunctions = [
      ...Object.entries(apiFunctions).map((entry) => [api, ...entry] as const),
      ...Object.entries(compileFunctions).map((entry) => [compileApi, ...entry] as const),
    ].map(([table, name, [place, ...parameters]]) => [name, functionAt(table, place, pointer, parameters)] as const)
    const status: Partial<Record<string, Called>> = Object.fromEntries(statusFunctions)

    const call = (name: StatusFunction, ...values: readonly unknown[]): void => {
      const failed = status[name]?.(...values)
      if (!failed) return
      const message = String(other.GetErrorMessage?.(failed))
      other.ReleaseStatus?.(failed)
      throw new Error(message)
    }
    const result1 = <Result>(name: StatusFunction, values: readonly unknown[]): Result => {
      const result: [unknown] = [null]
      call(name, ...values, result)
      return result[0] as Result
    }
    return {
      call,
      give: (name, ...values) => result1(name, values),
      number: (name, ...values) => Number(result1<number | bigint>(name, values)),
      other: <Result>(name: OtherFunction, ...values: readonly unknown[]) => other[name]?.(...values) as Result,
      pointers: (address, length) => koffi.decode(address, koffi.array(pointer, length)) as bigint[],
      addressOf: (bytes) => koffi.address(bytes),
      view: (address, byteLength) => new Uint8Array(koffi.view(address, byteLength)),
      text: (address) => koffi.decode(address, "char", -1) as string,
    }
  } catch (cause) {
    throw new StrongroomError(
      "backend-missing",
      "Execution providers of their own need onnxruntime-node 1.23 or newer and koffi: install both.",
      { cause },
    )
  }
}

/** Beside onnxruntime-node's binding, on Linux: elsewhere paths are of another type, or nothing was tried. */
const libraryPath = (packageFile: string) =>
  join(packageFile, "../bin/napi-v6", process.platform, process.arch, "libonnxruntime.so.1")
