import { type InfoValue, kernelArgumentInfo, readInfo } from "../info/index.js"
import * as CL from "../native/constants/index.js"
import { OpenCLError } from "../native/error.js"
import type { KernelHandle } from "../native/handles.js"
import { opencl } from "../native/opencl.js"
import type { Program } from "./program.js"
import { type ScalarName, scalarTypes } from "./scalar-type.js"

/** What the compiler knows of an argument. */
export interface KernelArgument {
  readonly name: string
  /** As in the source, without spaces and qualifiers: `float*`, `int4`, `image2d_t`. */
  readonly type: string
  readonly address: "global" | "local" | "constant" | "private"
  /** Of an image. */
  readonly access: "read-only" | "write-only" | "read-write" | undefined
  readonly isConst: boolean
  /** What it is made from. */
  readonly expects: Expected
}

export type Expected =
  | { readonly kind: "buffer" | "local" | "image" | "sampler" }
  | { readonly kind: "number"; readonly scalar: ScalarName; readonly lanes: number }
  /** A struct, or something that nothing is known of. */
  | { readonly kind: "bytes" }

const addresses: Readonly<Record<number, KernelArgument["address"]>> = {
  [CL.KERNEL_ARG_ADDRESS_GLOBAL]: "global",
  [CL.KERNEL_ARG_ADDRESS_LOCAL]: "local",
  [CL.KERNEL_ARG_ADDRESS_CONSTANT]: "constant",
  [CL.KERNEL_ARG_ADDRESS_PRIVATE]: "private",
}

const accesses: Readonly<Record<number, KernelArgument["access"]>> = {
  [CL.KERNEL_ARG_ACCESS_READ_ONLY]: "read-only",
  [CL.KERNEL_ARG_ACCESS_WRITE_ONLY]: "write-only",
  [CL.KERNEL_ARG_ACCESS_READ_WRITE]: "read-write",
}

/** What a program's kernels take, by their names: the driver is asked once, five times an argument. */
const described = new WeakMap<Program, Map<string, readonly KernelArgument[] | undefined>>()

/** The arguments of a kernel; undefined where the program doesn't know: binaries, and builds without the option for it. */
export function describeArguments(
  program: Program,
  name: string,
  kernel: KernelHandle,
  count: number,
): readonly KernelArgument[] | undefined {
  const known = described.get(program) ?? new Map<string, readonly KernelArgument[] | undefined>()
  described.set(program, known)
  if (!known.has(name)) known.set(name, readArguments(kernel, count))
  return known.get(name)
}

function readArguments(kernel: KernelHandle, count: number): readonly KernelArgument[] | undefined {
  try {
    return Array.from({ length: count }, (_, index) => describeArgument(kernel, index))
  } catch (error) {
    if (OpenCLError.is(error) && withoutInfo.has(error.code)) return undefined
    throw error
  }
}

/** PoCL gives INVALID_VALUE for what it doesn't know. */
const withoutInfo = new Set(["KERNEL_ARG_INFO_NOT_AVAILABLE", "INVALID_VALUE"])

function describeArgument(kernel: KernelHandle, index: number): KernelArgument {
  const read = <Name extends keyof typeof kernelArgumentInfo>(name: Name) =>
    readInfo(kernelArgumentInfo[name], "clGetKernelArgInfo", (size, value, returned) =>
      opencl().clGetKernelArgInfo(kernel, index, name, size, value, returned),
    ) as InfoValue<typeof kernelArgumentInfo, Name>
  const type = read(CL.KERNEL_ARG_TYPE_NAME)
  const address = addresses[read(CL.KERNEL_ARG_ADDRESS_QUALIFIER)] ?? "private"
  return {
    name: read(CL.KERNEL_ARG_NAME),
    type,
    address,
    access: accesses[read(CL.KERNEL_ARG_ACCESS_QUALIFIER)],
    isConst: (read(CL.KERNEL_ARG_TYPE_QUALIFIER) & CL.KERNEL_ARG_TYPE_CONST) !== 0,
    expects: expected(type, address),
  }
}

const number = /^(unsigned )?(char|uchar|short|ushort|int|uint|long|ulong|half|float|double)(2|3|4|8|16)?$/

function expected(type: string, address: KernelArgument["address"]): Expected {
  if (address === "local") return { kind: "local" }
  if (type.endsWith("*")) return { kind: "buffer" }
  if (/^image\w+_t$/.test(type)) return { kind: "image" }
  if (type === "sampler_t") return { kind: "sampler" }
  const [found, unsigned, scalar = "", lanes = "1"] = number.exec(type) ?? []
  if (found === undefined) return { kind: "bytes" }
  return { kind: "number", scalar: `${unsigned ? "u" : ""}${scalar}` as ScalarName, lanes: Number(lanes) }
}

/** Bytes of a number, or of a vector: one of three lanes is as long as one of four. */
export function byteLengthOf(scalar: ScalarName, lanes: number): number {
  return scalarTypes[scalar].byteLength * (lanes === 3 ? 4 : lanes)
}
