import { createRequire } from "node:module"
import { StrongroomError } from "@strongroom/core/backend"

/** The module onnxruntime-node. */
export type Runtime = typeof import("onnxruntime-node")

/**
 * Loads ONNX Runtime, silent and without telemetry.
 *
 * @throws StrongroomError `backend-missing`.
 */
export function loadRuntime(): Runtime {
  // A vault's environment has it from the start. Under a host in the app's own process it must be set before ONNX
  // Runtime makes its environment; in a worker thread this reaches no native code, and does no harm.
  process.env.ORT_DISABLE_TELEMETRY = "1"
  const runtime = requireRuntime()
  // The library's own logger, which the logger of a session doesn't cover; read once, by the first session.
  runtime.env.logLevel = "fatal"
  return runtime
}

function requireRuntime(): Runtime {
  try {
    return createRequire(import.meta.url)("onnxruntime-node")
  } catch (cause) {
    throw new StrongroomError(
      "backend-missing",
      `onnxruntime-node can't be loaded on ${process.platform}-${process.arch}. Run "npm install onnxruntime-node"; ` +
        "its CPU library is in the package (ONNXRUNTIME_NODE_INSTALL=skip spares the CUDA download).",
      { cause },
    )
  }
}
