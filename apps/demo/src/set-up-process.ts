// Runs setUp() in a process of its own, so that neither the identity nor a model in the clear is ever in the
// application's process, not even at the first start. Started by run-set-up.ts.
import type { SetUpMessage } from "./run-set-up.js"
import { setUp } from "./set-up.js"

function send(message: SetUpMessage): void {
  process.send?.(message)
}

// Nobody is left to set up for.
const leave = () => process.exit(1)
process.once("disconnect", leave)

setUp(process.argv[2] as string, {
  begin: (step) => send({ begin: step }),
  advance: (done, total) => send({ done, total }),
  end: (result) => send({ end: result }),
}).then(
  () => {
    process.off("disconnect", leave)
    process.disconnect()
  },
  (error: unknown) => {
    send({ failed: error instanceof Error ? error.message : String(error) })
    process.exitCode = 1
    process.off("disconnect", leave)
    process.disconnect()
  },
)
