import { tfjs } from "@strongroom/backend-tfjs"
import { testBackend } from "@strongroom/testkit"
import { describe, it } from "vitest"

testBackend({ describe, it, create: () => tfjs({ engine: "wasm" }), cases: { run: 51, skipped: 14 } })
