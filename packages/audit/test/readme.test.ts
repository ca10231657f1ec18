import { execFileSync } from "node:child_process"
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"
import { models } from "./models.js"
import { notHere, temporaryFolder } from "./support.js"

it.skipIf(notHere)("the README's code runs", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8")
  const [, code = ""] = /```js\n(.*?)```/s.exec(readme) ?? []
  // In the package, which then is its own dependency.
  const results = fileURLToPath(new URL("../.results/", import.meta.url))
  mkdirSync(results, { recursive: true })
  writeFileSync(join(results, "readme.mjs"), code)
  const folder = temporaryFolder()
  copyFileSync(join(models, "ch_ppocr_mobile_v2.0_cls_infer.onnx"), join(folder, "ocr.onnx"))
  const printed = execFileSync(process.execPath, [join(results, "readme.mjs")], { cwd: folder, encoding: "utf8" })
  expect(printed).toMatch(/kernel\.cl created, deleted OpenCL C source \(deleted\)/)
  expect(printed).toMatch(/^0 files hold something of the model; 8\d\d\d windows were looked for$/m)
  expect(printed).toMatch(/It gives away \d+ of 100/)
})
