import { buildLog, programBinaries, programInfo, readInfo } from "../info/index.js"
import { PROGRAM_KERNEL_NAMES } from "../native/constants/index.js"
import { refusal } from "../native/error.js"
import type { ProgramHandle } from "../native/handles.js"
import { opencl } from "../native/opencl.js"
import type { Context } from "./context.js"
import type { Device } from "./device.js"
import { Kernel } from "./kernel.js"
import { NativeObject, ownedOf } from "./native-object.js"
import { build, buildSync } from "./program-build.js"
import { makeProgram, type ProgramInput } from "./program-input.js"

export interface BuildOptions {
  /** The compiler's, such as `-D WIDTH=4 -cl-std=CL2.0`. Default: none. */
  readonly compilerOptions?: string
}

/** Functions for devices. */
export class Program extends NativeObject<ProgramHandle> {
  readonly context: Context
  /** Those that it is built for. */
  readonly devices: readonly Device[]
  readonly #isSource: boolean
  readonly #compilerOptions: string
  /** Of many kernels the names are long, and each that is made is looked for in them. */
  #kernelNames: readonly string[] | undefined

  /** Use `context.createProgram()`. */
  constructor(
    context: Context,
    input: ProgramInput,
    handle: ProgramHandle,
    devices: readonly Device[],
    options: string,
  ) {
    const giveBack = (program: ProgramHandle) => opencl().clReleaseProgram(program)
    super("program", handle, giveBack, context)
    this.context = context
    this.devices = devices
    this.#isSource = typeof input === "string"
    this.#compilerOptions = options
  }

  get kernelNames(): readonly string[] {
    const handle = ownedOf(this).live()
    this.#kernelNames ??= readKernelNames(handle)
    return this.#kernelNames
  }

  /** @throws OpenCLError INVALID_KERNEL_NAME, with the names that there are */
  createKernel(name: string): Kernel {
    const names = this.kernelNames
    if (!names.includes(name)) {
      const detail = `The program has no kernel "${name}": it has ${names.join(", ") || "none"}.`
      throw refusal("INVALID_KERNEL_NAME", { call: "createKernel", detail })
    }
    return new Kernel(this, name)
  }

  /** What the compiler printed; often nothing. @param device default: the first */
  buildLog(device = this.devices[0] as Device): string {
    return buildLog(ownedOf(this).live(), device.handle)
  }

  /**
   * What the driver made for each device: pass it to `createProgram()` as `{ binaries }` to build without the source. It
   * fits this driver, in this version, and device only.
   */
  binaries(): Map<Device, Uint8Array> {
    const binaries = programBinaries(ownedOf(this).live())
    return new Map(this.devices.map((device, index) => [device, binaries[index] as Uint8Array]))
  }

  /**
   * Whether global sizes have to be multiples of local ones: OpenCL C 2.0 and later needn't, where the device agrees.
   * Undefined when only the driver knows, for a program that wasn't made from source.
   */
  mustDivide(device: Device): boolean | undefined {
    if (!this.#isSource) return undefined
    const isModern = /-cl-std=(CL[23]|CLC\+\+)/.test(this.#compilerOptions)
    const isUniform = this.#compilerOptions.includes("-cl-uniform-work-group-size")
    return !isModern || isUniform || !device.hasNonUniformWorkGroups
  }
}

/** @throws OpenCLError with `buildLog` */
export async function createProgram(context: Context, input: ProgramInput, options: BuildOptions): Promise<Program> {
  const { handle, devices, compilerOptions } = makeProgram(context, input, options.compilerOptions)
  await build(handle, devices, compilerOptions)
  return new Program(context, input, handle, devices, compilerOptions)
}

/** @throws OpenCLError with `buildLog` */
export function createProgramSync(context: Context, input: ProgramInput, options: BuildOptions): Program {
  const { handle, devices, compilerOptions } = makeProgram(context, input, options.compilerOptions)
  buildSync(handle, devices, compilerOptions)
  return new Program(context, input, handle, devices, compilerOptions)
}

function readKernelNames(handle: ProgramHandle): readonly string[] {
  const names = readInfo(programInfo[PROGRAM_KERNEL_NAMES], "clGetProgramInfo", (size, value, returned) =>
    opencl().clGetProgramInfo(handle, PROGRAM_KERNEL_NAMES, size, value, returned),
  )
  return names.split(";").filter((name) => name !== "")
}
