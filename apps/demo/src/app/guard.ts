import type { IncomingMessage } from "node:http"
import { Refusal } from "./refusal.js"

const ownHost = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::(\d+))?$/i

/**
 * Refuses what another web page may have sent. A page anywhere can let its own name point to 127.0.0.1 (DNS rebinding)
 * and would then be of one origin with this server, so the Host header must be this machine's, with this server's port;
 * and it can send a form here unseen, so an Origin, where there is one, must be of that very host. Both are compared as
 * they are: a parser of URLs takes `evil.example@127.0.0.1` and `2130706433` for this machine, too.
 *
 * @throws Refusal
 */
export function refuseForeign({ headers, socket }: IncomingMessage): void {
  const { host = "", origin } = headers
  const [matched, port = "80"] = ownHost.exec(host) ?? []
  if (matched === undefined || Number(port) !== socket.localPort) {
    throw new Refusal(421, "host-unknown", "This server is 127.0.0.1 or localhost, with its port: ask for it so.")
  }
  if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`) {
    throw new Refusal(403, "origin-unknown", "Pages from elsewhere may not use this server.")
  }
}
