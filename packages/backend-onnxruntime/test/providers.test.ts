import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { onnxruntime } from "@strongroom/backend-onnxruntime"
import { createPublisher } from "@strongroom/testkit"
import { openVault } from "@strongroom/vault"
import { expect, it, onTestFinished } from "vitest"
import { ocrModel } from "./ocr-model.js"

it.runIf(process.platform === "linux")(
  "a GPU's provider has no device in a vault, and the CPU doesn't stand in unseen",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "strongroom-test-"))
    onTestFinished(() => rm(folder, { recursive: true }))
    const { toSeal, inputs } = await ocrModel("classification")
    const publisher = await createPublisher()
    const { bytes, identity, keys } = await publisher.ship(toSeal)
    const file = join(folder, "model.key")
    await writeFile(file, identity)
    const own = { grant: keys.grant, identity: { file }, trust: keys.trust }

    const backend = onnxruntime({ executionProviders: ["cuda", "cpu"] })
    expect(backend.needs.devices ?? []).toEqual([])
    await using vault = await openVault({ backend })
    await expect(vault.load(bytes, own)).rejects.toMatchObject({ code: "backend-failed" })

    // The control: the same model, where the CPU was asked for.
    await using other = await openVault({ backend: onnxruntime() })
    const session = await other.load(bytes, own)
    expect(Object.keys(await session.run(inputs))).toHaveLength(1)
  },
)
