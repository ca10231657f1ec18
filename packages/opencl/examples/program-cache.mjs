// Keeps what the compiler made: the second start takes the binary, and compiles nothing.
// node program-cache.mjs [program-cache]
import { createHash } from "node:crypto"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { createContext, OpenCLError } from "@strongroom/opencl/objects"

const [folder = "program-cache"] = process.argv.slice(2)
const source = `
  ${Array.from({ length: 40 }, (_, power) => `float power_${power}(float x) { return pow(x, ${power}.5f); }`).join("\n  ")}
  kernel void powers(global float *values) {
    size_t i = get_global_id(0);
    values[i] = ${Array.from({ length: 40 }, (_, power) => `power_${power}(values[i])`).join(" + ")};
  }`

const context = createContext()
const [device] = context.devices
// A binary fits one version of one driver and one device. Who can write to the folder can run code in this process.
const identity = [source, device.name, device.version, device.driverVersion, device.platform.version].join("\n")
const path = join(folder, createHash("sha256").update(identity).digest("hex"))

/** The program from its binary; undefined if there is none, or the driver doesn't take it any more. */
async function cached() {
  try {
    return await context.createProgram({ binaries: new Map([[device, readFileSync(path)]]) })
  } catch (error) {
    if (error.code === "ENOENT" || OpenCLError.is(error)) return undefined
    throw error
  }
}

const started = performance.now()
let program = await cached()
const origin = program ? "its binary" : "source"
program ??= await context.createProgram(source)
const took = performance.now() - started
if (origin === "source") {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(path, program.binaries().get(device))
}

const queue = context.createQueue()
const values = context.createBuffer(Float32Array.of(1))
program.createKernel("powers").setArguments(values).enqueue(queue, 1)
const [sum] = await values.read(queue, new Float32Array(1))
console.log(`made from ${origin} in ${took.toFixed(0)} ms; the sum of 40 powers of 1 is ${sum}`)
context.release()
