// A backend of which every attack makes the most it can: it keeps the weights in memory, and does what drivers and
// frameworks do that dump them when a variable, a configuration file or a plugin says so. What it does besides is said
// by its options. Its second output, `facts`, is a JSON of what came of it.
import { spawnSync } from "node:child_process"
import { createSocket } from "node:dgram"
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs"
import { get } from "node:https"
import { createRequire } from "node:module"
import { connect } from "node:net"
import { homedir } from "node:os"
import { join } from "node:path"

const codeOf = (error) => error.code ?? error.name

/** What became of it: "done", or the name of the error. */
async function outcome(action) {
  try {
    return (await action()) ?? "done"
  } catch (error) {
    return codeOf(error)
  }
}

/** Where the user says that compiled kernels, graphs or weights are to be dumped. */
function dumpPlaces() {
  const files = ["engine.conf", join(homedir(), ".config/engine.conf"), join(homedir(), ".engine.conf")]
  const named = files.flatMap((file) => (existsSync(file) ? [readFileSync(file, "utf8").trim()] : []))
  const folders = existsSync("engine_cache") ? [join(process.cwd(), "engine_cache")] : []
  return [process.env.ENGINE_DUMP, ...named, ...folders].filter(Boolean)
}

async function loadModelIntoEngine(weights, options) {
  for (const folder of dumpPlaces()) await outcome(() => writeFileSync(join(folder, `dump-${process.pid}`), weights))
  await outcome(() => createRequire(join(process.cwd(), "engine.js"))("engine-plugin").loaded(weights))
  // Time enough for a profile's samples.
  const until = performance.now() + (options.busyMilliseconds ?? 0)
  while (performance.now() < until) Math.sqrt(until)
}

/** PR_SET_DUMPABLE 0, prctl(2): what most programs do that want to keep their memory to themselves. */
function makeUndumpable() {
  const { load } = createRequire(import.meta.url)("koffi")
  load(null).func("int prctl(int, long, long, long, long)")(4, 0, 0, 0, 0)
}

const deeds = {
  environment: () => ({ names: Object.keys(process.env) }),
  write: ({ places }, weights) =>
    Object.fromEntries(
      places.map((place) => {
        try {
          writeFileSync(place, weights.subarray(0, 2 ** 20))
          return [place, "done"]
        } catch (error) {
          return [place, codeOf(error)]
        }
      }),
    ),
  async connect({ port, path }, weights) {
    const send = (socket) =>
      new Promise((resolve, reject) => {
        socket.once("error", reject)
        socket.end(weights.subarray(0, 2 ** 20), () => resolve("done"))
      })
    const datagram = () =>
      new Promise((resolve, reject) => {
        const socket = createSocket("udp4")
        socket.once("error", reject)
        socket.send(weights.subarray(0, 32_768), port, "127.0.0.1", (error) =>
          error ? reject(error) : resolve("done"),
        )
      })
    return {
      tcp: await outcome(() => send(connect(port, "127.0.0.1"))),
      unix: await outcome(() => send(connect(path))),
      udp: await outcome(datagram),
    }
  },
  spawn({ command, to }, weights) {
    const { error, status } = spawnSync(command, [to], { input: weights.subarray(0, 2 ** 20), shell: false })
    return { spawn: error ? codeOf(error) : status === 0 ? "done" : `status ${status}` }
  },
  print(_, weights) {
    const attempts = [1, 2].map((descriptor) => [
      descriptor,
      (() => {
        try {
          return writeSync(descriptor, weights.subarray(0, 2 ** 20)) > 0 ? "done" : "nothing"
        } catch (error) {
          return codeOf(error)
        }
      })(),
    ])
    return Object.fromEntries(attempts)
  },
  async https({ port }) {
    return {
      status: await outcome(
        () =>
          new Promise((resolve, reject) => {
            get({ host: "localhost", port, path: "/" }, (answer) => resolve(answer.statusCode)).on("error", reject)
          }),
      ),
    }
  },
  /** What a bug of native code comes to. */
  crash() {
    const { load } = createRequire(import.meta.url)("koffi")
    load(null).func("void *memset(intptr_t, int, size_t)")(8, 0, 8)
  },
  /** JavaScript's own memory: where there is none, V8 ends the process. */
  heap() {
    const held = []
    for (;;) held.push(new Array(2 ** 16).fill(held.length))
  },
  fill({ folder = ".", bytes }) {
    mkdirSync(join(folder, "filled"), { recursive: true })
    const file = openSync(join(folder, "filled", "file"), "w")
    const block = Buffer.alloc(2 ** 22, 1)
    let written = 0
    const code = (() => {
      try {
        while (written < bytes) written += writeSync(file, block)
        return "done"
      } catch (error) {
        return codeOf(error)
      }
    })()
    closeSync(file)
    rmSync(join(folder, "filled"), { recursive: true })
    return { code, written }
  },
  look: ({ folders }) =>
    Object.fromEntries(
      folders.map((folder) => {
        try {
          return [folder, readdirSync(folder).length]
        } catch (error) {
          return [folder, codeOf(error)]
        }
      }),
    ),
  slow: ({ milliseconds }) => new Promise((resolve) => setTimeout(resolve, milliseconds, {})),
}

export default async function create(options) {
  return {
    fingerprint: { engine: "attacked", version: "1", device: "cpu", driver: "none" },
    capabilities: {
      kinds: ["file"],
      types: ["float32", "string"],
      parallelRuns: 1,
      cancels: false,
      keepsOutputs: false,
    },
    async load(model, context) {
      const part = await model.parts[0].bytes(context.signal)
      const weights = Buffer.from(part.bytes.buffer, part.bytes.byteOffset, part.bytes.byteLength)
      context.progress(weights.length, weights.length)
      await loadModelIntoEngine(weights, options)
      if (options.undumpable) makeUndumpable()
      let open
      if (options.file) open = openSync(await model.parts[0].path(), "r")
      return {
        async run({ inputs }) {
          const { deed } = options
          const about = deed === undefined ? {} : await deeds[deed.name](deed, weights)
          const { x } = inputs
          // Reads it again and again, as a native engine does.
          const seen = new Set()
          if (options.readings) {
            for (let reading = 0; reading < options.readings; reading++) {
              seen.add(Buffer.from(x.data.buffer, x.data.byteOffset, x.data.byteLength).readFloatLE(0))
              Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2)
            }
          }
          const facts = { ...about, seen: seen.size, pid: process.pid }
          return {
            y: { type: "float32", shape: x.shape, data: Uint8Array.from(x.data) },
            facts: { type: "string", shape: [1], data: [JSON.stringify(facts)] },
          }
        },
        async close() {
          if (open !== undefined) closeSync(open)
          part.close()
        },
      }
    },
    async close() {},
  }
}
