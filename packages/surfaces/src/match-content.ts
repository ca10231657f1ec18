import type { Exposure } from "./vocabulary.js"

/** A format that can be known by its first bytes. */
export interface ContentFormat {
  readonly id: string
  readonly title: string
  /** What of a model a file of this format gives away; empty where that depends on who wrote it. */
  readonly exposes: readonly Exposure[]
  /** Bytes in hexadecimal, each at its offset; all must be there. */
  readonly magic: readonly { readonly offset: number; readonly bytes: string }[]
  /** Where the magic number is defined, or seen. */
  readonly source: string
}

const at = (offset: number, bytes: string) => ({ offset, bytes })
const elf = at(0, "7f454c46")
/** ELF's header: e_type at 16, e_machine at 18, 16 bits each, little-endian. */
const elfMachine = (machine: string) => [elf, at(18, machine)]

/** The formats that surfaces write, the more special before the more general. */
export const contentFormats: readonly ContentFormat[] = [
  {
    id: "elf-core",
    title: "core file",
    exposes: ["weights", "activations", "keys"],
    magic: [elf, at(16, "0400")],
    source: "elf(5): ET_CORE",
  },
  {
    id: "elf-cuda",
    title: "NVIDIA cubin",
    exposes: ["device-binary"],
    magic: elfMachine("be00"),
    source: "System V ABI: EM_CUDA",
  },
  {
    id: "elf-amdgpu",
    title: "AMD code object",
    exposes: ["device-binary"],
    magic: elfMachine("e000"),
    source: "LLVM, AMDGPU usage: EM_AMDGPU",
  },
  {
    id: "elf-intelgt",
    title: "Intel zebin",
    exposes: ["device-binary"],
    magic: elfMachine("cd00"),
    source: "System V ABI: EM_INTELGT",
  },
  { id: "elf", title: "ELF object or library", exposes: ["device-binary"], magic: [elf], source: "elf(5)" },
  {
    id: "intel-patch-token",
    title: "Intel device binary in the patch token format",
    exposes: ["device-binary"],
    magic: [at(0, "43544e49")],
    source: "seen in *.cl_cache of intel-opencl-icd 22.43",
  },
  {
    id: "intel-aub",
    title: "Intel AUB capture: a GPU's memory",
    exposes: ["weights", "activations", "device-binary"],
    magic: [at(2, "0ef7"), at(20, "4e454f")],
    source: "seen in *.aub of intel-opencl-icd 22.43",
  },
  {
    id: "llvm-bitcode",
    title: "LLVM bitcode",
    exposes: ["ir", "inlined-constants"],
    magic: [at(0, "4243c0de")],
    source: "LLVM bitcode file format",
  },
  { id: "spirv", title: "SPIR-V", exposes: ["ir"], magic: [at(0, "03022307")], source: "SPIR-V specification, 3.1" },
  {
    id: "sqlite",
    title: "SQLite database",
    exposes: [],
    magic: [at(0, "53514c69746520666f726d6174203300")],
    source: "sqlite.org/fileformat.html",
  },
  {
    id: "heap-snapshot",
    title: "V8 heap snapshot",
    exposes: ["keys", "metadata"],
    magic: [at(0, hexOf('{"snapshot":{'))],
    source: "seen in Node 20",
  },
]

/**
 * The format of a file by its first bytes, of which 64 are enough; undefined where none of those known fits. Text has no
 * magic number: source, HLO and graphs as text are not known by this.
 */
export function matchContent(head: Uint8Array): ContentFormat | undefined {
  return contentFormats.find(({ magic }) =>
    magic.every(({ offset, bytes }) => {
      const wanted = bytes.match(/../g) ?? []
      return wanted.every((byte, index) => head[offset + index] === Number.parseInt(byte, 16))
    }),
  )
}

function hexOf(text: string): string {
  return [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, "0")).join("")
}
