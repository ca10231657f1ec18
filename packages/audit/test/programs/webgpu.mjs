// Adds one to every number of a file of weights, on WebGPU.
import { readFileSync } from "node:fs"
import { create, globals } from "webgpu"

const { GPUBufferUsage, GPUMapMode } = globals
const weights = readFileSync(process.argv[2])
const size = weights.length
const code = `@group(0) @binding(0) var<storage, read_write> numbers: array<u32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) { numbers[id.x] += 1u; }`
const gpu = create([])
const device = await (await gpu.requestAdapter()).requestDevice()
const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC
const numbers = device.createBuffer({ size, usage })
const results = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST })
device.queue.writeBuffer(numbers, 0, weights)
const module = device.createShaderModule({ code })
const pipeline = device.createComputePipeline({ layout: "auto", compute: { module, entryPoint: "main" } })
const entries = [{ binding: 0, resource: { buffer: numbers } }]
const encoder = device.createCommandEncoder()
const pass = encoder.beginComputePass()
pass.setPipeline(pipeline)
pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }))
pass.dispatchWorkgroups(size / 4 / 64)
pass.end()
encoder.copyBufferToBuffer(numbers, 0, results, 0, size)
device.queue.submit([encoder.finish()])
await results.mapAsync(GPUMapMode.READ)
process.exit(Buffer.from(results.getMappedRange()).readUInt32LE(0) === (weights.readUInt32LE(0) + 1) >>> 0 ? 0 : 1)
