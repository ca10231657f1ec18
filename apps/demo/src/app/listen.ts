import { once } from "node:events"
import type { Server } from "node:http"
import type { AddressInfo } from "node:net"

/** The port is taken or can't be had. The message is for the person at the terminal. */
export class PortError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = "PortError"
  }
}

/**
 * Listens on this machine only, and gives the address.
 *
 * @throws PortError
 */
export async function listen(server: Server, port: number): Promise<string> {
  server.listen(port, "127.0.0.1")
  try {
    await once(server, "listening")
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const advice = "choose another one, as in: STRONGROOM_DEMO_PORT=4199 npm start"
    if (code === "EADDRINUSE") throw new PortError(`Port ${port} is in use: stop what uses it, or ${advice}`, { cause })
    throw new PortError(`Port ${port} can't be had (${code}): ${advice}`, { cause })
  }
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
