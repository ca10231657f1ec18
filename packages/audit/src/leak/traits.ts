import { readElf } from "../content/elf.js"
import { formatOf } from "../content/format.js"
import { wordsOf } from "../content/words.js"
import { openvinoGraph } from "./openvino-graph.js"

/** What one file of a cache tells, as sets of texts; numbers are of bytes. */
export interface Traits {
  readonly kernels: ReadonlySet<string>
  /** Kernels with the length of their machine code, `name:length`: what tells two builds of one model apart, or alike. */
  readonly sizes: ReadonlySet<string>
  readonly layers: ReadonlySet<string>
  readonly shapes: ReadonlySet<string>
  readonly options: ReadonlySet<string>
  readonly compilers: ReadonlySet<string>
  /** Folders of the machine on which it was compiled. */
  readonly folders: ReadonlySet<string>
  readonly constantBytes: number
  readonly sourceBytes: number
  readonly intermediateBytes: number
  readonly graphBytes: number
  /** A graph that isn't in the file as it is; see openvino-graph.ts. */
  readonly hiddenGraph?: string
}

const sources: readonly string[] = ["opencl-source", "cuda-source"]
const intermediates: readonly string[] = ["llvm-bitcode", "llvm-ir", "mlir", "spirv", "ptx"]
const graphs: readonly string[] = ["onnx", "openvino-ir", "openvino-blob", "tensorflow-graph", "xla-hlo"]

/** Words by which a layer's type is known in a kernel's, a node's or an operator's name. */
const layerWords: readonly (readonly [string, RegExp])[] = [
  ["convolution", /conv(?!ert)/i],
  ["matrix product", /gemm|matmul|fully_?connected|inner_?product|\bdense/i],
  ["attention", /attention|attn|sdpa|flash_/i],
  ["softmax", /softmax/i],
  ["normalisation", /(batch|layer|group|instance|rms)_?norm/i],
  ["pooling", /pool/i],
  ["recurrence", /lstm|\bgru|rnn/i],
  ["activation", /relu|gelu|sigmoid|swish|hard_?sw|elu\b|tanh/i],
  ["embedding", /embed|gather/i],
  ["resizing", /resize|upsampl|interpolat/i],
  ["reduction", /reduce|argmax|top_?k/i],
  ["quantisation", /quantiz|dequant/i],
  ["transposition", /transpose|permute/i],
]

/** Sections of constants: of hosts, of Intel's zebin, of NVIDIA's cubin (`.nv.constant0.KERNEL`). */
const constantSections = /^\.(rodata|data\.const|nv\.constant\d|nv\.global\.init)/

/** Reads a file of a cache. Machine code for devices can be anywhere in it, so ELF files are looked for at every offset. */
export function traitsOf(bytes: Uint8Array): Traits {
  const format = formatOf(bytes.subarray(0, 4096))
  const graph = format.id === "openvino-blob" ? openvinoGraph(bytes) : undefined
  const clear = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const text = graph === undefined ? clear.toString("latin1") : clear.toString("latin1", 0, 4096) + graph
  const elves = elvesIn(bytes)
  const kernels = new Set([
    ...elves.flatMap(({ kernels }) => kernels.map(({ name }) => name)),
    ...kernelsInText(text, format.id),
  ])
  const isGraph = graphs.includes(format.id)
  const names = isGraph ? new Set([...kernels, ...wordsOf(Buffer.from(text, "latin1"))]) : kernels
  const layers = new Set(
    layerWords.filter(([, word]) => [...names].some((name) => word.test(name))).map(([layer]) => layer),
  )
  // An application can have hidden the graph of OpenVINO's blob; the GPU plugin's is there, in a form of its own.
  const hasGraph = isGraph && (format.id !== "openvino-blob" || graph !== undefined || layers.size > 0)
  return {
    kernels,
    sizes: new Set(elves.flatMap(({ kernels }) => kernels.map(({ name, length }) => `${name}:${length}`))),
    layers,
    shapes: all(text, /\bshape="([\d?., -]{3,40})"/g, /(?<![\w.])(\d{1,5}(?:x\d{1,5}){2,5})(?!\w)/g),
    options: all(text, /(?:^|[\s\0"'])(-cl-[a-z][\w=.-]+|-D ?[A-Z_a-z]\w+(?:=[\w.-]+)?|-cl-std=[\w.]+)/g),
    compilers: all(
      text,
      /((?:Debian |Ubuntu )?clang version [\d.]+|NVIDIA \(R\) [\w ]+|ptxas [\w.]+|OV_VERSION:[\w./-]+|Cuda compilation tools, release [\d.]+)/g,
    ),
    folders: all(text, /((?:\/(?:home|root|Users|tmp|var|opt|build|srv|mnt)(?:\/[\w.-]+)+)\/)/g),
    constantBytes: elves.reduce((sum, elf) => sum + elf.constantBytes, 0),
    sourceBytes: sources.includes(format.id) ? bytes.length : 0,
    intermediateBytes: intermediates.includes(format.id)
      ? bytes.length
      : elves.reduce((sum, elf) => sum + elf.intermediateBytes, 0),
    graphBytes: hasGraph ? (graph?.length ?? bytes.length) : 0,
    ...(graph !== undefined && { hiddenGraph: graph }),
  }
}

interface ElfTraits {
  readonly intermediateBytes: number
  readonly kernels: readonly { readonly name: string; readonly length: number }[]
  readonly constantBytes: number
}

function elvesIn(bytes: Uint8Array): ElfTraits[] {
  const found: ElfTraits[] = []
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = whole.indexOf("\x7fELF", 0, "latin1"); at >= 0; at = whole.indexOf("\x7fELF", at + 4, "latin1")) {
    const elf = readElf(bytes.subarray(at))
    if (!elf) continue
    const functions = elf.symbols.filter(({ kind, defined }) => kind === "function" && defined)
    // Intel's containers have the intermediate code beside the machine code: sections "SPIRV Object", "Intel(R) ... Device Binary".
    const held = elf.sections.map(({ bytes }) => ({ bytes, format: formatOf(bytes.subarray(0, 4096)).id }))
    const texts = elf.sections.filter(({ name }) => /^\.text\../.test(name))
    found.push({
      kernels: [
        ...functions.map(({ name, byteLength }) => ({ name: plainName(name), length: byteLength })),
        // Devices' files have a section for each kernel.
        ...texts.map(({ name, bytes }) => ({ name: plainName(name.slice(6)), length: bytes.length })),
        ...held.flatMap(({ bytes, format }) =>
          format === "intel-patch-token"
            ? [...kernelsInText(Buffer.from(bytes).toString("latin1"), format)].map((name) => ({
                name,
                length: bytes.length,
              }))
            : [],
        ),
      ],
      intermediateBytes: held.reduce(
        (sum, { bytes, format }) => sum + (intermediates.includes(format) ? bytes.length : 0),
        0,
      ),
      constantBytes: elf.sections
        .filter(({ name }) => constantSections.test(name))
        .reduce((sum, { bytes }) => sum + bytes.length, 0),
    })
  }
  return found
}

/** PoCL makes three functions of a kernel; AMD's descriptor of one ends in .kd. */
function plainName(name: string): string {
  return name.replace(/^_pocl_kernel_(.*?)(_workgroup(_fast)?)?$/, "$1").replace(/\.kd$/, "")
}

function kernelsInText(text: string, format: string): Iterable<string> {
  if (format === "opencl-source")
    return all(text, /\b(?:__kernel|kernel)\s+(?:__attribute__\s*\(\(.*?\)\)\s*)*void\s+(\w+)/g)
  if (format === "cuda-source") return all(text, /__global__\s+void\s+(\w+)/g)
  if (format === "ptx") return all(text, /\.entry\s+(\w+)/g)
  // Names of kernels, arguments and types, each with a zero at its end, among binary fields.
  if (format === "intel-patch-token") {
    const names = all(text, /(?<![\w])([A-Za-z]\w{5,127})\0/g)
    return [...names].filter((name) => !/^(float|double|half|uchar|ushort|ulong|image|sampler|read_|write_)/.test(name))
  }
  return []
}

function all(text: string, ...patterns: readonly RegExp[]): Set<string> {
  return new Set(patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([, found]) => (found ?? "").trim())))
}
