// What an engine on OpenCL does: builds a kernel from source, fills a buffer with weights, and runs it. Takes the kernel's
// name, a word for a comment of the source, and the weights in hexadecimal; with "leave" it ends without releasing
// anything, as a crash does.
import * as cl from "@strongroom/opencl"

const [kernelName, comment, weights, ending] = process.argv.slice(2)
const bytes = Buffer.from(weights, "hex")
const platform = cl.getPlatformIDs()[0]
const device = cl.getDeviceIDs(platform)[0]
const context = cl.createContext([cl.CONTEXT_PLATFORM, platform], [device])
const queue = cl.createCommandQueue(context, device)
const source = `/* ${comment} */
kernel void ${kernelName}(global uchar *weights) { weights[get_global_id(0)] += 1; }`
const program = cl.createProgramWithSource(context, source)
cl.buildProgram(program)
const kernel = cl.createKernel(program, kernelName)
const buffer = cl.createBuffer(context, cl.MEM_READ_WRITE | cl.MEM_COPY_HOST_PTR, bytes.length, bytes)
cl.setKernelArg(kernel, 0, "uchar*", buffer)
cl.enqueueNDRangeKernel(queue, kernel, 1, null, [bytes.length])
cl.finish(queue)
if (ending === "leave") process.kill(process.pid, "SIGKILL")
cl.releaseKernel(kernel)
cl.releaseProgram(program)
cl.releaseMemObject(buffer)
cl.releaseCommandQueue(queue)
cl.releaseContext(context)
