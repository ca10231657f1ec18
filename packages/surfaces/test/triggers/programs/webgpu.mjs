// What an engine on WebGPU does, in Dawn for Node: compiles a shader from source, fills a buffer with weights, and runs it.
// Takes the shader's source, the name of what runs, the weights in hexadecimal, and Dawn's flags.
import { create, globals } from "webgpu"

const [code, entryPoint, weights, ...flags] = process.argv.slice(2)
const { GPUBufferUsage, GPUMapMode } = globals
const bytes = Buffer.from(weights, "hex")
const size = bytes.length
const gpu = create(flags)
const device = await (await gpu.requestAdapter()).requestDevice()
const input = device.createBuffer({ size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST })
const output = device.createBuffer({ size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC })
const results = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST })
device.queue.writeBuffer(input, 0, bytes)
const pipeline = device.createComputePipeline({
  layout: "auto",
  compute: { module: device.createShaderModule({ code }), entryPoint },
})
const entries = [input, output].map((buffer, binding) => ({ binding, resource: { buffer } }))
const encoder = device.createCommandEncoder()
const pass = encoder.beginComputePass()
pass.setPipeline(pipeline)
pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }))
pass.dispatchWorkgroups(1)
pass.end()
encoder.copyBufferToBuffer(output, 0, results, 0, size)
device.queue.submit([encoder.finish()])
await results.mapAsync(GPUMapMode.READ)
console.log(`ran: ${Buffer.from(results.getMappedRange()).toString("hex")}`)
process.exit()
