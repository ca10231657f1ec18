import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const main = fileURLToPath(new URL("../dist/main.js", import.meta.url))

/** Starts the application as `npm start` runs it, as often as a test wants; all that is left goes with `end()`. */
export async function applications() {
  const root = await mkdtemp(join(tmpdir(), "strongroom-demo-"))
  const children: ChildProcess[] = []

  /** `ready` settles with its address, or rejects with all that it printed. */
  function start(folder: string, port: string, environment: NodeJS.ProcessEnv = {}) {
    const child = spawn(process.execPath, [main], {
      env: { ...process.env, ...environment, STRONGROOM_DEMO_FOLDER: folder, STRONGROOM_DEMO_PORT: port },
      stdio: ["ignore", "pipe", "pipe"],
    })
    children.push(child)
    let printed = ""
    const ready = new Promise<string>((resolve, reject) => {
      const take = (text: Buffer) => {
        printed += text
        const address = /Ready: (\S+)/.exec(printed)?.[1]
        if (address !== undefined) resolve(address)
      }
      child.stdout.on("data", take)
      child.stderr.on("data", take)
      child.once("close", (code) => reject(new Error(`ended with ${code}:\n${printed}`)))
    })
    ready.catch(() => {})
    const ended = once(child, "close").then(([code]) => ({ code, printed }))
    return { child, ready, ended }
  }

  async function end(): Promise<void> {
    for (const child of children) child.kill("SIGKILL")
    await rm(root, { recursive: true, force: true })
  }

  return { root, start, end }
}

export const receipt = new URL("../public/sample-receipt.png", import.meta.url)
