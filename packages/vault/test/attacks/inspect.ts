import { join } from "node:path"
import type { Stage } from "./stage.js"
import { runAsUser } from "./user-program.js"

/** Connects to every inspector that listens on this machine, and has each copy its process's memory to `folder`. */
export function inspect(stage: Stage, folder: string): readonly string[] {
  const experimental = process.allowedNodeEnvironmentFlags.has("--experimental-websocket")
    ? ["--experimental-websocket"]
    : []
  const command = [process.execPath, ...experimental, join(stage.tools, "inspect.mjs"), folder]
  const { status, stdout, stderr } = runAsUser(stage, command)
  if (status !== 0) throw new Error(`inspect.mjs failed: ${stderr}`)
  return JSON.parse(String(stdout))
}
