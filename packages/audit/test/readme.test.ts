import { execFileSync } from "node:child_process"
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"
import { models } from "./models.js"
import { notHere, temporaryFolder } from "./support.js"

it.skipIf(notHere)(
  "the README's code runs",
  () => {
    const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8")
    const [code = "", looking = "", ...others] = [...readme.matchAll(/```js\n(.*?)```/gs)].map(
      ([, block]) => block ?? "",
    )
    expect(others).toEqual([])
    // In the package, which then is its own dependency.
    const results = fileURLToPath(new URL("../.results/", import.meta.url))
    mkdirSync(results, { recursive: true })
    writeFileSync(join(results, "readme.mjs"), code)
    writeFileSync(join(results, "readme-doctor.mjs"), looking)
    const folder = temporaryFolder()
    copyFileSync(join(models, "ch_ppocr_mobile_v2.0_cls_infer.onnx"), join(folder, "ocr.onnx"))
    const printed = execFileSync(process.execPath, [join(results, "readme.mjs")], { cwd: folder, encoding: "utf8" })
    expect(printed).toMatch(/kernel\.cl created, deleted OpenCL C source \(deleted\)/)
    expect(printed).toMatch(/^0 files hold something of the model; 8\d\d\d windows were looked for$/m)
    expect(printed).toMatch(/It gives away \d+ of 100/)
    // Some drivers make files in the home of whoever asks them.
    const apart = { cwd: folder, env: { ...process.env, HOME: folder }, encoding: "utf8" } as const
    const looked = execFileSync(process.execPath, [join(results, "readme-doctor.mjs")], apart)
    expect(looked).toMatch(/^node-inspector \[ \{ kind: 'default' \} \] \[\]$/m)
    expect(looked).toMatch(/^what a vault does\n {2}None was opened here/m)
  },
  180_000,
)
