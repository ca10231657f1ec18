// What an engine on OpenCL does: builds a kernel from source, fills a buffer with weights, and runs it. Takes the kernel's
// name, its source, and the weights in hexadecimal; with "leave" it ends without releasing anything, as a crash does.
import * as cl from "@strongroom/opencl"

const [kernelName, source, weights, ending] = process.argv.slice(2)
const bytes = Buffer.from(weights, "hex")
const platform = cl.getPlatformIDs()[0]
const device = cl.getDeviceIDs(platform)[0]
const context = cl.createContext([cl.CONTEXT_PLATFORM, platform], [device])
const queue = cl.createCommandQueue(context, device)
const program = cl.createProgramWithSource(context, source)
cl.buildProgram(program)
const kernel = cl.createKernel(program, kernelName)
const buffer = cl.createBuffer(context, cl.MEM_READ_ONLY | cl.MEM_COPY_HOST_PTR, bytes.length, bytes)
const results = cl.createBuffer(context, cl.MEM_WRITE_ONLY, bytes.length)
cl.setKernelArg(kernel, 0, "uchar*", buffer)
cl.setKernelArg(kernel, 1, "uchar*", results)
cl.enqueueNDRangeKernel(queue, kernel, 1, null, [bytes.length])
cl.finish(queue)
if (ending === "leave") process.kill(process.pid, "SIGKILL")
cl.releaseKernel(kernel)
cl.releaseProgram(program)
cl.releaseMemObject(buffer)
cl.releaseMemObject(results)
cl.releaseCommandQueue(queue)
cl.releaseContext(context)
