import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest"
import { ordinaryUser } from "./ordinary-user.js"
import { makeNeedles, startTrial, type Trial } from "./trial.js"

describe.skipIf(process.platform === "win32")("a trial", () => {
  const needles = makeNeedles()
  let trial: Trial
  beforeEach(() => {
    trial = startTrial()
  })
  afterEach(() => trial.close())

  it.each(["name", "comment", "weights"] as const)("finds a needle: %s", (which) => {
    const path = join(trial.secluded, "deep", "file")
    mkdirSync(join(trial.secluded, "deep"))
    writeFileSync(path, Buffer.concat([Buffer.from("before"), Buffer.from(needles[which]), Buffer.from("after")]))
    expect(trial.exposing(needles)).toEqual([path])
    expect(trial.exposing(makeNeedles())).toEqual([])
  })

  it("finds it among temporary files, where its user has written it since", () => {
    const folder = mkdtempSync(join("/tmp", "strongroom-trial-"))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const path = join(folder, "file")
    writeFileSync(path, needles.weights)
    const { uid, gid } = ordinaryUser
    if (uid !== undefined && gid !== undefined) {
      expect(trial.exposing(needles)).toEqual([])
      chownSync(path, uid, gid)
    }
    expect(trial.exposing(needles)).toEqual([path])
  })

  it("finds what was there only for a moment", async () => {
    const path = join(trial.home, "file")
    const found = await trial.exposingWhile(needles, async () => {
      writeFileSync(path, needles.comment)
      await new Promise((resolve) => setTimeout(resolve, 50))
      rmSync(path)
    })
    expect(found).toEqual([path])
  })
})
