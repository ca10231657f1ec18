// What an engine on OpenCL does: builds the programs of a bundle (spec of backend-opencl: bundle.json, OpenCL C, weights),
// fills buffers with weights, and runs it once. Takes the bundle's folder; prints which driver it was.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { createContext, defaultDevice } from "@strongroom/opencl/objects"

const [folder] = process.argv.slice(2)
const read = (name) => readFileSync(join(folder, name))
const { programs, buffers, launches } = JSON.parse(read("bundle.json"))
const device = defaultDevice()
const context = createContext(device)
const queue = context.createQueue()

const built = {}
for (const [name, { sources, options }] of Object.entries(programs))
  built[name] = await context.createProgram(sources.map((source) => read(source).toString()).join("\n"), {
    compilerOptions: options,
  })
const memory = { x: context.createBuffer(new Float32Array(3 * 48 * 320).fill(0.5)), y: context.createBuffer(4096) }
for (const [name, { file, byteLength }] of Object.entries(buffers))
  memory[name] = context.createBuffer(file === undefined ? byteLength : read(file))
for (const launch of launches) {
  const kernel = built[launch.program].createKernel(launch.kernel)
  kernel.setArguments(...launch.arguments.map((name) => memory[name]))
  kernel.enqueue(queue, launch.global)
}
await memory.y.read(queue, new Float32Array(1024))
console.log(`version: ${device.platform.name}, ${device.platform.version}, driver ${device.driverVersion}`)
context.release()
