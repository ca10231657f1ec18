import { tfjs } from "@strongroom/backend-tfjs"
import { missingTfjsNode, tfjsNodeFolder } from "@strongroom/test-machine"
import { savedModelWriter, testBackend } from "@strongroom/testkit"
import { describe, it } from "vitest"

const cases = { run: 51, skipped: 14 }

describe("on wasm", () => testBackend({ describe, it, create: () => tfjs({ engine: "wasm" }), cases }))

// Every case runs with a graph model and with a SavedModel, which has two types more.
describe.skipIf(missingTfjsNode())("on tfjs-node", () =>
  testBackend({
    describe,
    it,
    create: () => tfjs({ engine: "tfjs-node", setupFolder: tfjsNodeFolder }),
    cases: { run: 54, skipped: 11 },
    writers: [savedModelWriter],
  }),
)
