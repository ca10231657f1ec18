import type { EngineKind, EngineName } from "./engine.js"
import { tfjsNode, tfjsNodeGpu } from "./tfjs-node.js"
import { wasm } from "./wasm.js"
import { webgpu } from "./webgpu.js"

export type { EngineKind, EngineName } from "./engine.js"
export type { VulkanOptions } from "./vulkan.js"

/** Every engine, in the order in which `auto` takes them: accelerators, TensorFlow on the CPU, WebAssembly. */
export const engines: readonly EngineKind[] = [tfjsNodeGpu, webgpu, tfjsNode, wasm]

export const engineNames: readonly EngineName[] = engines.map(({ name }) => name)

/** @throws TypeError for a name that no engine has. */
export function engineByName(name: string): EngineKind {
  const engine = engines.find((each) => each.name === name)
  if (engine === undefined) throw new TypeError(`There is no engine ${JSON.stringify(name)} of TensorFlow.js.`)
  return engine
}
