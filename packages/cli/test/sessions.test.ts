import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { checkStep, makeWorkplace, parseSession, type Step } from "./session.js"

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
const isHere = (text: string) => process.platform === "linux" || !needsLinux(text)

// They are for a POSIX shell.
describe.skipIf(process.platform === "win32").concurrent("sessions", () => {
  const read = (name: string) => readFileSync(new URL(name, sessions), "utf8")
  it.each(readdirSync(sessions).filter((name) => isHere(read(name))))("%s", async (name) => {
    const steps = parseSession(read(name))
    expect(steps.length).toBeGreaterThan(0)
    await runSession(steps)
  })

  it("what the README shows", async () => {
    const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8")
    const blocks = [...readme.matchAll(/^```console\n(.*?)^```/gms)].map(([, block]) => block ?? "")
    const steps = blocks.filter(isHere).flatMap(parseSession)
    expect(steps.length).toBeGreaterThan(5)
    // A reader sees one terminal.
    await runSession(steps, { merged: true, before: 'cp "$MODELS/ch_ppocr_mobile_v2.0_cls_infer.onnx" ocr.onnx' })
  })
})
