import { matchContent } from "@strongroom/surfaces"

/** What a file is, by what is in it. */
export interface Format {
  /** Stable: an id of `contentFormats` of @strongroom/surfaces, or one of those below. */
  readonly id: string
  readonly title: string
}

const formats = {
  empty: "empty",
  "elf-executable": "ELF program",
  "elf-shared": "ELF shared object",
  "elf-relocatable": "ELF object file",
  "opencl-source": "OpenCL C source",
  "cuda-source": "CUDA C source",
  ptx: "NVIDIA PTX",
  "llvm-ir": "LLVM IR, as text",
  "openvino-ir": "OpenVINO IR (graph)",
  "openvino-blob": "OpenVINO compiled blob",
  onnx: "ONNX model",
  "tensorflow-graph": "TensorFlow graph",
  "xla-hlo": "XLA HLO",
  mlir: "MLIR, as text",
  "sealed-model": "sealed model",
  gzip: "gzip archive",
  zip: "zip archive",
  zstd: "zstd archive",
  tar: "tar archive",
  json: "JSON",
  text: "text",
  unknown: "unknown",
} as const

/**
 * Names a format by the first bytes, of which 4096 are enough. Programs for devices are told by their ELF machine; text
 * by what words are in it, so that a program of another kind that uses the same words is taken for it.
 */
export function formatOf(head: Uint8Array): Format {
  const id = ownFormat(head)
  if (id) return { id, title: formats[id] }
  const known = matchContent(head)
  if (known) return { id: known.id, title: known.title }
  const other = graphFormat(head) ?? textFormat(head) ?? "unknown"
  return { id: other, title: formats[other] }
}

type Id = keyof typeof formats

/** elf(5): ET_REL, ET_EXEC, ET_DYN of EM_X86_64, EM_386, EM_AARCH64, EM_ARM. */
const hostMachines: readonly number[] = [62, 3, 183, 40]
const elfTypes: { readonly [type: number]: Id } = { 1: "elf-relocatable", 2: "elf-executable", 3: "elf-shared" }

function ownFormat(head: Uint8Array): Id | undefined {
  const at = (offset: number, ...bytes: number[]) => bytes.every((byte, index) => head[offset + index] === byte)
  if (head.length === 0) return "empty"
  if (at(0, 0x7f, 0x45, 0x4c, 0x46)) {
    const [type = 0, machine = 0] = [(head[16] ?? 0) | ((head[17] ?? 0) << 8), (head[18] ?? 0) | ((head[19] ?? 0) << 8)]
    return hostMachines.includes(machine) ? elfTypes[type] : undefined
  }
  // spec/sealed-model.md
  if (at(0, 0x93, 0x53, 0x52, 0x4d)) return "sealed-model"
  if (at(0, 0x1f, 0x8b)) return "gzip"
  if (at(0, 0x50, 0x4b, 3, 4) || at(0, 0x50, 0x4b, 5, 6)) return "zip"
  if (at(0, 0x28, 0xb5, 0x2f, 0xfd)) return "zstd"
  if (at(257, 0x75, 0x73, 0x74, 0x61, 0x72)) return "tar"
  return undefined
}

const words: readonly (readonly [Id, RegExp])[] = [
  // Intel's assembly has a version too, and no target.
  ["ptx", /^\s*(\/\/.*\n\s*)*\.version \d+\.\d+\s+\.target\b/],
  ["openvino-ir", /^\s*(<\?xml[^>]*>\s*)?<net\b/],
  ["openvino-blob", /<compiled_(blob|model)\b/],
  ["tensorflow-graph", /^node \{\s+name: "/],
  ["xla-hlo", /^HloModule [\w.-]+,/],
  ["mlir", /^(module( @[\w.-]+)?( attributes \{.*\})? \{|#\w+ = #?[\w.]+<)/],
  ["llvm-ir", /^(; ModuleID|source_filename =|target datalayout =)/m],
  ["opencl-source", /\b(__kernel|kernel\s+void|get_global_id|__global)\b/],
  ["cuda-source", /\b__global__\b/],
  ["json", /^\s*[[{]\s*["{[\]}\d]/],
]

function textFormat(head: Uint8Array): Id | undefined {
  // A cut character at the end is no fault.
  const bytes = head.subarray(0, 4096)
  if (bytes.includes(0)) return undefined
  const text = new TextDecoder("utf-8").decode(bytes, { stream: true })
  if (text.includes("\ufffd")) return undefined
  return words.find(([, pattern]) => pattern.test(text))?.[0] ?? "text"
}

/** Protocol buffers have no magic number: the first fields, as those who write them order them. */
function graphFormat(head: Uint8Array): Id | undefined {
  const text = Buffer.from(head.subarray(0, 4096)).toString("latin1")
  // ModelProto: ir_version = 1, then producer_name = 2, graph = 7 or opset_import = 8 (onnx.proto).
  if (head[0] === 8 && (head[1] ?? 99) < 32 && [0x12, 0x1a, 0x3a, 0x42].includes(head[2] ?? 0)) return "onnx"
  const protobuf = protobufGraph(head)
  if (protobuf) return protobuf
  if (/<compiled_(blob|model)\b/.test(text)) return "openvino-blob"
  return undefined
}

/**
 * TensorFlow's GraphDef begins with a node (1), and that with its name (1) and its operator (2), in capitals (graph.proto,
 * node_def.proto); XLA's HloProto with a module (1), and that with its name (1), its entry's (2) and a computation (3), whose
 * name comes first (hlo.proto).
 */
function protobufGraph(head: Uint8Array): Id | undefined {
  let at = 0
  const enter = (tag: number) => {
    if (head[at++] !== tag) return -1
    let length = 0
    for (let scale = 1; at < head.length; scale *= 128) {
      const byte = head[at++] as number
      length += (byte & 127) * scale
      if (byte < 128) return length
    }
    return -1
  }
  const text = (tag: number) => {
    const length = enter(tag)
    if (length <= 0 || at + length > head.length) return ""
    const word = Buffer.from(head.subarray(at, at + length)).toString("latin1")
    at += length
    return /^[\x21-\x7e]+$/.test(word) ? word : ""
  }
  if (enter(0x0a) < 0 || text(0x0a) === "") return undefined
  const second = text(0x12)
  if (/^_?[A-Z][A-Za-z\d]+$/.test(second)) return "tensorflow-graph"
  return second !== "" && enter(0x1a) > 0 && text(0x0a) !== "" ? "xla-hlo" : undefined
}
