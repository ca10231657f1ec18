import { tfjs } from "@strongroom/backend-tfjs"
import { missingTfjsNode, tfjsNodeFolder } from "@strongroom/test-machine"
import { savedModelWriter, testBackend } from "@strongroom/testkit"
import { openVault } from "@strongroom/vault"
import { describe, it, vi } from "vitest"
import { inSlowPlace } from "./slow-places.js"

// Twenty-five vault sessions on tfjs-node, one after another, for two kinds of models.
vi.setConfig({ testTimeout: 120_000 })

const wasm = () => tfjs({ engine: "wasm" })
describe("on wasm", () => {
  testBackend({ describe, it, create: wasm, cases: { run: 51, skipped: 14 } })
  testBackend({ describe, it, create: wasm, openVault, ...inSlowPlace({ run: 37, skipped: 28 }) })
})

// Every case runs with a graph model and with a SavedModel, which has two types more.
const tfjsNode = () => tfjs({ engine: "tfjs-node", setupFolder: tfjsNodeFolder })
describe.skipIf(missingTfjsNode())("on tfjs-node", () => {
  const on = { describe, it, create: tfjsNode, writers: [savedModelWriter] }
  testBackend({ ...on, cases: { run: 54, skipped: 11 } })
  testBackend({ ...on, openVault, ...inSlowPlace({ run: 40, skipped: 25 }, ["types/int64", "types/uint8"]) })
})
