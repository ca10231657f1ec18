import { onnxruntime } from "@strongroom/backend-onnxruntime"
import { testBackend } from "@strongroom/testkit"
import { describe, it } from "vitest"

testBackend({ describe, it, create: () => onnxruntime(), cases: { run: 60, skipped: 5 } })
