import { fileURLToPath } from "node:url"
import { start } from "./start.js"
import { terminalProgress } from "./terminal.js"

/** The port of this machine to serve on: STRONGROOM_DEMO_PORT, PORT, or 4173. */
function portOf({ STRONGROOM_DEMO_PORT, PORT }: NodeJS.ProcessEnv): number {
  const text = STRONGROOM_DEMO_PORT || PORT || "4173"
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65535) return port
  throw new RangeError(`A port is a number from 0 to 65535, not ${JSON.stringify(text)}: set STRONGROOM_DEMO_PORT`)
}

async function main(): Promise<void> {
  const stop = new AbortController()
  // Once: who presses Ctrl-C again doesn't want to wait.
  for (const name of ["SIGINT", "SIGTERM"] as const)
    process.once(name, () => stop.abort(new Error(`Stopped by ${name}`)))

  const progress = terminalProgress(process.stdout, process.env)
  const say = (message: string) => {
    progress.clear()
    console.error(message)
  }
  try {
    const root = process.env.STRONGROOM_DEMO_FOLDER || fileURLToPath(new URL("../.cache/demo", import.meta.url))
    const running = await start({ port: portOf(process.env), root, progress, signal: stop.signal, log: say })
    console.log(`Ready: ${running.address} (Ctrl-C stops)`)
    if (!stop.signal.aborted) await new Promise((resolve) => stop.signal.addEventListener("abort", resolve))
    await running.close()
    console.log("Stopped: the vault is closed")
  } catch (error) {
    if (stop.signal.aborted) return say("Stopped")
    say(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  }
}

main()
