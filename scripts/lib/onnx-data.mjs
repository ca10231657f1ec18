// ONNX's own backend tests: models and what they make of what, in a wheel on PyPI. Newer wheels don't carry them.
import { existsSync } from "node:fs"
import { join } from "node:path"
import { cache, fail, virtualEnvironment } from "./setup.mjs"

/**
 * Unpacks the wheel, if it isn't there yet. Gives STRONGROOM_ONNX_DATA for the tests: the folder onnx/backend/test/data, or
 * nothing where it can't be had here, after a line that says so; in CI that is a failure.
 */
export function onnxData() {
  const folder = join(cache, "onnx-1.16.2")
  // One wheel for every machine: of what is in it only data is used.
  const wheel = ["--only-binary=:all:", "--platform=manylinux2014_x86_64", "--python-version=3.11"]
  const flags = ["--no-deps", "--no-cache-dir", "--upgrade", ...wheel, `--target=${folder}`]
  const there = virtualEnvironment("scripts/requirements/onnx.txt", "ONNX's backend tests are left out", flags)
  const data = join(folder, "onnx/backend/test/data")
  if (there && !existsSync(data)) fail(`${folder} isn't whole any more: remove it and .cache/python, and try again.`)
  return there ? { STRONGROOM_ONNX_DATA: data } : {}
}
