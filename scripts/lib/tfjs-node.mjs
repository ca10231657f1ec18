// tfjs-node for tests, built by the command that users have for it: npm's own package downloads its binary from elsewhere.
import { join } from "node:path"
import { cache, fail, say, turbo } from "./setup.mjs"

const folder = join(cache, "tfjs-node")

/**
 * Sets up tfjs-node for the CPU (a download of 270 MB; 0.9 GB on disk) unless it is there. Gives STRONGROOM_TFJS_NODE for the
 * tests: the folder that holds it. Where it can't be had, nothing, after a line that says why; in CI that is a failure.
 * `compiler` is the interpreter whose `-m ziglang` compiles where the machine has no compiler of C++.
 */
export async function tfjsNode(compiler) {
  if (process.platform !== "linux" || process.arch !== "x64") return {}
  try {
    if (!turbo(["build", "--filter=@strongroom/backend-tfjs", "--output-logs=errors-only"])) throw new Error("no build")
    const { setUp } = await import("@strongroom/backend-tfjs/setup")
    await setUp("tfjs-cpu", { folder, onProgress: sayOnce() }).catch((error) => {
      if (!/compiler/.test(error.message) || compiler === undefined) throw error
      return setUp("tfjs-cpu", { folder, compiler: `${compiler} -m ziglang c++` })
    })
  } catch (error) {
    const line = `No tfjs-node on this machine: ${error.message}`
    if (process.env.CI) fail(line)
    say(`${line}\nTests that need it are skipped.`)
    return {}
  }
  return { STRONGROOM_TFJS_NODE: folder }
}

/** A line for each step. */
function sayOnce() {
  const said = new Set()
  return (step) => {
    if (!said.has(step)) say(`tfjs-node: ${step} ...`)
    said.add(step)
  }
}
