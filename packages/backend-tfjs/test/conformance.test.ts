import { tfjs } from "@strongroom/backend-tfjs"
import { missingTfjsNode, tfjsNodeFolder } from "@strongroom/test-machine"
import { testBackend } from "@strongroom/testkit"
import { describe, it } from "vitest"

const cases = { run: 51, skipped: 14 }

describe("on wasm", () => testBackend({ describe, it, create: () => tfjs({ engine: "wasm" }), cases }))

describe.skipIf(missingTfjsNode())("on tfjs-node", () =>
  testBackend({ describe, it, create: () => tfjs({ engine: "tfjs-node", setupFolder: tfjsNodeFolder }), cases }),
)
