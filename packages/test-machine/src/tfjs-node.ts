/** The folder in which scripts/lib/tfjs-node.mjs set tfjs-node up: `setupFolder` of `tfjs()`. */
export const tfjsNodeFolder: string = process.env.STRONGROOM_TFJS_NODE ?? "/nonexistent"

/** Why tests on tfjs-node can't run here, if so. In CI they run, and fail where it is missing. */
export function missingTfjsNode(): string | undefined {
  if (process.platform !== "linux" || process.arch !== "x64") return "TensorFlow's wheels are for Linux on x64"
  return process.env.CI || process.env.STRONGROOM_TFJS_NODE ? undefined : "no tfjs-node: node scripts/tfjs-node.mjs"
}
