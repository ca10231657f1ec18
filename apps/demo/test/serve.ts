import type { Server } from "node:http"
import { listen } from "../src/app/listen.js"
import { readPages } from "../src/app/pages.js"
import { createReaderServer, type ServedEngine } from "../src/app/server.js"

export type Served = ServedEngine["reader"]

/** What a reader gives that finds no text. */
export const nothing = { width: 2, height: 1, lines: [], madeReady: 0 }
const running: Server[] = []
/** What the servers said. */
export const logged: string[] = []

/** After each test. */
export function endServers() {
  for (const server of running.splice(0)) {
    server.close()
    server.closeAllConnections()
  }
  logged.length = 0
}

export function whole(reader: Partial<Served>): Served {
  return {
    read: async () => nothing,
    report: async () => ({ guarantees: [] }) as never,
    state: () => ({ vault: "open", making: 0, made: 0 }),
    ...reader,
  }
}

/** The usual engine's reader, and that of another. */
export async function serve(reader: Partial<Served> | Promise<Served>, another: Partial<Served> = {}): Promise<string> {
  const engine = { id: "usual", name: "Usual", device: "the CPU", compiles: false }
  const other = { id: "other", name: "Other", device: "a GPU", compiles: true }
  const served = Promise.resolve(reader).then((usual) => ({
    engines: [
      { engine, reader: whole(usual) },
      { engine: other, reader: whole(another) },
    ] as const,
    advice: "Get more of them.",
  }))
  const server = createReaderServer({
    served,
    pages: await readPages(new URL("../public/", import.meta.url)),
    log: (message) => void logged.push(message),
  })
  running.push(server)
  return listen(server, 0)
}
