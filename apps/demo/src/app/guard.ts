import type { IncomingMessage } from "node:http"
import { Refusal } from "./refusal.js"

const hosts = ["127.0.0.1", "localhost"]

/**
 * Refuses what another web page may have sent. A page anywhere can let its own name point to 127.0.0.1 (DNS rebinding)
 * and would then be of one origin with this server, so the Host header must be this machine's; and it can send a form
 * here unseen, so an Origin, where there is one, must be this machine's too.
 *
 * @throws Refusal
 */
export function refuseForeign({ headers }: IncomingMessage): void {
  if (!hosts.includes(nameOf(`http://${headers.host}`))) {
    throw new Refusal(421, "host-unknown", `This server is ${hosts.join(" or ")}: ask for it by that name.`)
  }
  if (headers.origin !== undefined && !hosts.includes(nameOf(headers.origin))) {
    throw new Refusal(403, "origin-unknown", "Pages from elsewhere may not use this server.")
  }
}

function nameOf(url: string): string {
  try {
    return new URL(url).hostname
  } catch {
    return ""
  }
}
