import { loadLibrary } from "./library.js"

type StreamCall = (stream: bigint) => void

let lock: { readonly take: StreamCall; readonly give: StreamCall; readonly stream: bigint } | null | undefined

/**
 * Runs `action` while no other thread of this process does. Threads of Node share no memory that they weren't given, so
 * the lock is one of C's own that nobody here uses: that of the stream stdin, flockfile(3). Windows has none: there
 * `action` just runs.
 */
export function exclusively<Value>(action: () => Value): Value {
  if (lock === undefined) lock = findLock()
  if (lock === null) return action()
  lock.take(lock.stream)
  try {
    return action()
  } finally {
    lock.give(lock.stream)
  }
}

function findLock() {
  if (process.platform === "win32") return null
  const { koffi } = loadLibrary()
  const libc = koffi.load(null)
  const variable = libc.symbol(process.platform === "darwin" ? "__stdinp" : "stdin")
  return {
    take: libc.func("flockfile", "void", ["void *"]) as StreamCall,
    give: libc.func("funlockfile", "void", ["void *"]) as StreamCall,
    stream: koffi.decode(variable, "void *") as bigint,
  }
}
