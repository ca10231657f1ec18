import { readdirSync, readFileSync } from "node:fs"
import { missingTfjsNode } from "@strongroom/test-machine"
import { describe, expect, it } from "vitest"
import { checkStep, makeWorkplace, openclOptions, parseSession, type Step } from "./session.js"

async function runSession(steps: readonly Step[], { merged = false, before = "true" } = {}): Promise<void> {
  const workplace = await makeWorkplace()
  try {
    await workplace.run(before)
    for (const step of steps) {
      checkStep(step, await workplace.run(merged ? `{ ${step.command}\n} 2>&1` : step.command))
    }
    expect(await workplace.home()).toEqual([])
  } finally {
    await workplace.remove()
  }
}

const sessions = new URL("sessions/", import.meta.url)

/** Programs are watched on Linux only. */
const needsLinux = (text: string) => /^\$ strongroom audit /m.test(text)
/** In CI on Linux they run, and fail where the driver is missing. */
const needsDriver = (text: string) => text.includes("$OPENCL")
const hasDriver = openclOptions !== undefined || (process.env.CI !== undefined && process.platform === "linux")
const needsTfjsNode = (text: string) => text.includes("$TFJS_NODE")
const isHere = (text: string) =>
  (missingTfjsNode() === undefined || !needsTfjsNode(text)) &&
  (process.platform === "linux" || !needsLinux(text)) &&
  (hasDriver || !needsDriver(text))

// They are for a POSIX shell.
describe.skipIf(process.platform === "win32").concurrent("sessions", () => {
  const read = (name: string) => readFileSync(new URL(name, sessions), "utf8")
  for (const name of readdirSync(sessions)) {
    const text = read(name)
    it.skipIf(!isHere(text))(name, async () => {
      const steps = parseSession(text)
      expect(steps.length).toBeGreaterThan(0)
      await runSession(steps)
    })
  }

  it("what the README shows", async () => {
    const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8")
    const blocks = [...readme.matchAll(/^```console\n(.*?)^```/gms)].map(([, block]) => block ?? "")
    const steps = blocks.filter(isHere).flatMap(parseSession)
    expect(steps.length).toBeGreaterThan(5)
    // A reader sees one terminal.
    await runSession(steps, { merged: true, before: 'cp "$MODELS/ch_ppocr_mobile_v2.0_cls_infer.onnx" ocr.onnx' })
  })
})
