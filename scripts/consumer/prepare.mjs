// The publisher's part of the READMEs: keys, sealed models and grants, by the command line as the README shows it. Takes
// the path of the strongroom command; ocr.onnx is a model of the sample application.
import { execFileSync } from "node:child_process"
import { copyFile, readFile, writeFile } from "node:fs/promises"
import { createGrant, sealModel } from "@strongroom/core"
import { fileSink, fileSource } from "@strongroom/core/node"
import { tfjsWriter } from "@strongroom/testkit"

const [command] = process.argv.slice(2)
const strongroom = (...args) => execFileSync(process.execPath, [command, ...args], { encoding: "utf8", stdio: "pipe" })

strongroom("keygen", "publisher", "-o", "publisher")
const recipient = strongroom("keygen", "identity", "-o", "alice.key").trim()
strongroom("seal", "ocr.onnx", "-o", "ocr.sealed", "--key", "publisher.key")
strongroom(
  ...["grant", "ocr.sealed", "--content-key", "ocr.sealed.key", "--key", "publisher.key"],
  ...["--to", recipient, "-o", "alice.grant"],
)

// What the packages' READMEs take besides: a model to seal by code, and a sealed TensorFlow.js model.
await copyFile("ocr.onnx", "model.onnx")
const image = { type: "float32", shape: [1, 32, 32, 3] }
const faces = await tfjsWriter.write({
  inputs: [{ name: "image", ...image }],
  outputs: [{ name: "faces", ...image }],
  weights: [],
  nodes: [{ operator: "add", inputs: ["image", "image"], output: "faces" }],
  separateWeights: true,
})
const signingKey = await readFile("publisher.key", "utf8")
const { contentKey } = await sealModel(faces, { publisher: signingKey, sink: fileSink("faces.sealed") })
const model = fileSource("faces.sealed")
await writeFile("faces.grant", await createGrant({ model, contentKey, signingKey, recipient }))
await model.close()
