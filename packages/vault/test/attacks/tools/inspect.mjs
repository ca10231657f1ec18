// Looks for inspectors of Node among all TCP ports that listen on this machine and belong to this user, connects to each,
// and has it copy its process's memory to a folder, its argument. Prints a JSON list of what it inspected.
import { readFileSync } from "node:fs"

const [, , folder] = process.argv

const ports = ["tcp", "tcp6"]
  .flatMap((table) => readFileSync(`/proc/net/${table}`, "latin1").trim().split("\n").slice(1))
  .map((line) => line.trim().split(/\s+/))
  .filter(([, , , state, , , , uid]) => state === "0A" && Number(uid) === process.getuid())
  .map(([, address]) => Number.parseInt(address.split(":")[1], 16))

const copy = `(async () => {
  const { openSync, readFileSync, readSync, writeSync } = await import("node:fs")
  const memory = openSync("/proc/self/mem", "r")
  const dump = openSync(${JSON.stringify(folder)} + "/dump-" + process.pid, "w")
  const piece = Buffer.alloc(2 ** 20)
  for (const line of readFileSync("/proc/self/maps", "latin1").split("\\n")) {
    const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? []
    for (let at = BigInt("0x" + (from ?? 0)); from && at < BigInt("0x" + to); at += BigInt(piece.length)) {
      const left = Number(BigInt("0x" + to) - at)
      try {
        writeSync(dump, piece, 0, readSync(memory, piece, 0, Math.min(left, piece.length), at))
      } catch {
        break
      }
    }
  }
  return process.pid
})()`

// The evaluated text is no module, where import() isn't allowed: this way of Node's is.
const expression = copy.replace(
  'await import("node:fs")',
  'process.getBuiltinModule?.("node:fs") ?? require("node:fs")',
)

function evaluate(url) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url)
    const parameters = { expression, awaitPromise: true, returnByValue: true, includeCommandLineAPI: true }
    socket.onopen = () => socket.send(JSON.stringify({ id: 1, method: "Runtime.evaluate", params: parameters }))
    socket.onerror = () => reject(new Error("refused"))
    socket.onmessage = ({ data }) => {
      const { id, result } = JSON.parse(data)
      if (id !== 1) return
      socket.close()
      if (result.result.type === "number") resolve(result.result.value)
      else reject(new Error(JSON.stringify(result)))
    }
  })
}

const said = []
for (const port of new Set(ports)) {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/json/list`, { signal: AbortSignal.timeout(2000) })
    for (const { webSocketDebuggerUrl } of await answer.json()) {
      said.push(`inspected ${await evaluate(webSocketDebuggerUrl)}`)
    }
  } catch (error) {
    said.push(`port ${port}: ${error.message}`)
  }
}
console.log(JSON.stringify(said))
