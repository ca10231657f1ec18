import { spawn } from "node:child_process"
import type { Socket } from "node:net"
import { fileURLToPath } from "node:url"

/** What no run in another process can do without. */
export interface RoundTrips {
  /** Sends a byte, and waits until it comes back. */
  trip(): Promise<void>
  end(): void
}

/** Another Node process that gives back what it gets. */
export function startRoundTrips(): RoundTrips {
  const script = fileURLToPath(new URL("./round-trip.js", import.meta.url))
  const child = spawn(process.execPath, [script], { stdio: ["ignore", "inherit", "inherit", "pipe"] })
  const socket = child.stdio[3] as Socket
  let back = () => {}
  socket.on("data", () => back())
  const byte = Uint8Array.of(1)
  return {
    trip: () =>
      new Promise((resolve) => {
        back = resolve
        socket.write(byte)
      }),
    end: () => void socket.end(),
  }
}
