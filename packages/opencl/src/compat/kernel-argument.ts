import { kernelArgumentInfo, kernelInfo, readInfo } from "../info/index.js"
import {
  check,
  constants,
  FixedMemory,
  type KernelHandle,
  made,
  NULL,
  OpenCLError,
  opencl,
  type Pointer,
  refusal,
} from "../native/index.js"
import { type ArgumentType, argumentType } from "./argument-type.js"
import { type HostMemory, isGiven, isHostMemory, wholeNumber } from "./arguments.js"
import { kernelKind } from "./kinds.js"
import {
  type CLCommandQueue,
  CLKernel,
  CLMem,
  CLSampler,
  describe,
  isLiving,
  kernelOf,
  memoryOf,
  own,
  queueOf,
  samplerOf,
} from "./objects.js"
import { isAllocated } from "./svm-memory.js"

export type ArgumentValue =
  | number
  | bigint
  | boolean
  | ArrayLike<number | bigint>
  | CLMem
  | CLSampler
  | CLCommandQueue
  | HostMemory

/** A place for each argument that the kernel has. */
export interface KernelArguments {
  /** As the kernel declares them, where the driver tells: undefined where it doesn't. */
  readonly declared: readonly (ArgumentType | undefined)[]
  /** Objects and shared memory that are set: a driver needn't hold them for a kernel. */
  readonly objects: (object | undefined)[]
}

function stateOf(kernel: CLKernel): KernelArguments {
  const known = CLKernel.argumentsOf(kernel)
  if (known !== undefined) return known
  const handle = kernelOf(kernel, "setKernelArg")
  const count = readInfo(kernelInfo[constants.KERNEL_NUM_ARGS], "setKernelArg", (...room) =>
    opencl().clGetKernelInfo(handle, constants.KERNEL_NUM_ARGS, ...room),
  )
  const declared = Array.from({ length: count }, (_, at) => declaredType(handle, at))
  const state: KernelArguments = { declared, objects: new Array(count).fill(undefined) }
  CLKernel.keepArguments(kernel, state)
  return state
}

/**
 * Sets an argument of a kernel, until it is set again.
 *
 * @param type OpenCL C's name, "float4", "uint*" (or "cl_mem") for memory objects, "local" with a size in bytes for local
 * memory. Without it (or null) the kernel's own declaration counts: of programs built with -cl-kernel-arg-info. It counts
 * in any case for memory objects, samplers and queues
 * @throws OpenCLError INVALID_ARG_VALUE, INVALID_ARG_SIZE, INVALID_MEM_OBJECT, INVALID_SAMPLER for a value that isn't of
 * the type; INVALID_ARG_INDEX when the kernel has fewer arguments
 */
export function setKernelArg(kernel: CLKernel, index: number, type: string | null, value: ArgumentValue): number
/** The same in the order of node-opencl's tests. */
export function setKernelArg(kernel: CLKernel, index: number, value: ArgumentValue, type?: string): number
export function setKernelArg(kernel: CLKernel, index: number, first: unknown, second?: unknown): number {
  const call = "setKernelArg"
  const handle = kernelOf(kernel, call)
  const at = wholeNumber(index, "the argument's index", call, "INVALID_ARG_INDEX")
  const state = stateOf(kernel)
  const { length: count } = state.declared
  if (at >= count)
    throw refusal("INVALID_ARG_INDEX", { call, detail: `the kernel has ${count} arguments, got index ${at}.` })
  const { name, value } = typeAndValue(first, second, at)
  const declared = state.declared[at]
  state.objects[at] = pass(handle, at, passedAs(declared, name, value, at), value, declared)
  return 0
}

/** Which of the two is the type: node-opencl takes it first, its tests last. */
function typeAndValue(first: unknown, second: unknown, at: number): { name: string | undefined; value: unknown } {
  if (second === undefined) return { name: undefined, value: first }
  if (!isGiven(first)) return { name: undefined, value: second }
  if (typeof first === "string" && (typeof second !== "string" || argumentType(first).is !== "other"))
    return { name: first, value: second }
  if (typeof second === "string") return { name: second, value: first }
  throw refusal("INVALID_ARG_VALUE", {
    call: "setKernelArg",
    detail: `argument ${at}: the type has to be given as a string, got ${describe(first)} and ${describe(second)}.`,
  })
}

/** Compared one by one: every setKernelArg asks, and `in` is slower. */
function isHandle({ is }: ArgumentType): boolean {
  return is === "memory" || is === "sampler" || is === "queue"
}

/** The declaration counts, whatever is named, where the driver takes what it is given for a handle and follows it. */
function passedAs(
  declared: ArgumentType | undefined,
  name: string | undefined,
  value: unknown,
  at: number,
): ArgumentType {
  if (declared !== undefined && isHandle(declared)) return declared
  return name === undefined ? (declared ?? typeOfValue(value, at)) : argumentType(name)
}

/** Undefined where the driver doesn't tell: of programs built without -cl-kernel-arg-info, by some. */
function declaredType(kernel: KernelHandle, at: number): ArgumentType | undefined {
  const ask = <Name extends keyof typeof kernelArgumentInfo>(name: Name) =>
    readInfo(kernelArgumentInfo[name], "setKernelArg", (...room) =>
      opencl().clGetKernelArgInfo(kernel, at, name, ...room),
    )
  try {
    const place = ask(constants.KERNEL_ARG_ADDRESS_QUALIFIER)
    if (place === constants.KERNEL_ARG_ADDRESS_LOCAL) return { is: "local" }
    const isPipe = ((ask(constants.KERNEL_ARG_TYPE_QUALIFIER) as number) & constants.KERNEL_ARG_TYPE_PIPE) !== 0
    if (isPipe) return { is: "memory" }
    const type = argumentType(ask(constants.KERNEL_ARG_TYPE_NAME) as string)
    // Pointers may have a name of their own, by typedef.
    const isPointer = place === constants.KERNEL_ARG_ADDRESS_GLOBAL || place === constants.KERNEL_ARG_ADDRESS_CONSTANT
    return isPointer && !isHandle(type) ? { is: "memory" } : type
  } catch (error) {
    if (!OpenCLError.is(error)) throw error
    return undefined
  }
}

/** For kernels that don't tell what they take. */
function typeOfValue(value: unknown, at: number): ArgumentType {
  if (value instanceof CLMem) return { is: "memory" }
  if (value instanceof CLSampler) return { is: "sampler" }
  if (isHostMemory(value)) return { is: "other" }
  throw refusal("INVALID_ARG_VALUE", {
    call: "setKernelArg",
    detail: `the type of argument ${at} isn't known: name it ("float", "uint*"), or build the program with -cl-kernel-arg-info.`,
  })
}

const numbers = new DataView(new ArrayBuffer(128))
const numbersMemory = new FixedMemory(numbers)
const handle = new FixedMemory(new BigUint64Array(1))

const handleOfArgument = { memory: memoryOf, sampler: samplerOf, queue: queueOf }

function set(kernel: KernelHandle, at: number, bytes: number, memory: Pointer): void {
  check(opencl().clSetKernelArg(kernel, at, bytes, memory), "setKernelArg")
}

/** Hands a value to the driver, which copies it. What has to live on with it is given back. */
function pass(
  kernel: KernelHandle,
  at: number,
  type: ArgumentType,
  value: unknown,
  declared: ArgumentType | undefined,
): object | undefined {
  const call = "setKernelArg"
  switch (type.is) {
    case "numbers":
      encode(type, value, at)
      if (declared?.is === "numbers" && declared.bytes !== type.bytes)
        throw refusal("INVALID_ARG_SIZE", {
          call,
          detail: `argument ${at} has ${declared.bytes} bytes, and the named type has ${type.bytes}.`,
        })
      set(kernel, at, type.bytes, numbersMemory.address)
      return undefined
    case "local":
      if (typeof value !== "number" || !Number.isSafeInteger(value) || value <= 0)
        throw refusal("INVALID_ARG_VALUE", {
          call,
          detail: `argument ${at} is local memory: expected its size in bytes, got ${describe(value)}.`,
        })
      set(kernel, at, value, NULL)
      return undefined
    case "other":
      if (!isHostMemory(value))
        throw refusal("INVALID_ARG_VALUE", {
          call,
          detail: `argument ${at} is of a type of its own: expected its bytes in a Buffer, got ${describe(value)}.`,
        })
      set(kernel, at, value.byteLength, value)
      return undefined
    default:
      handle.view[0] = handleOfArgument[type.is](value, call)
      set(kernel, at, 8, handle.address)
      return value as object
  }
}

function encode(type: ArgumentType & { is: "numbers" }, value: unknown, at: number): void {
  const call = "setKernelArg"
  if (type.count === 1) {
    if (!type.encode(numbers, 0, value))
      throw refusal("INVALID_ARG_VALUE", {
        call,
        detail: `argument ${at} takes a number of ${type.bytes} bytes, got ${describe(value)}.`,
      })
    return
  }
  const list = Array.isArray(value) || ArrayBuffer.isView(value) ? (value as unknown as ArrayLike<unknown>) : undefined
  if (list === undefined)
    throw refusal("INVALID_ARG_VALUE", {
      call,
      detail: `argument ${at} takes ${type.count} numbers, got ${describe(value)}.`,
    })
  if (list.length !== type.count)
    throw refusal("INVALID_ARG_SIZE", {
      call,
      detail: `argument ${at} takes ${type.count} numbers, got ${list.length}.`,
    })
  const width = type.bytes / (type.count === 3 ? 4 : type.count)
  for (let index = 0; index < type.count; index += 1)
    if (!type.encode(numbers, index * width, list[index]))
      throw refusal("INVALID_ARG_VALUE", {
        call,
        detail: `number ${index} of argument ${at} has ${width} bytes, got ${describe(list[index])}.`,
      })
}

/** Memory that the device and the program share, by its address. OpenCL 2.0. @param memory what SVMAlloc gave */
export function setSharedArgument(kernel: CLKernel, index: number, memory: object): void {
  stateOf(kernel).objects[index] = memory
}

/**
 * Refuses a kernel one of whose arguments is gone.
 *
 * @throws OpenCLError INVALID_KERNEL_ARGS
 */
export function expectLivingArguments(kernel: CLKernel, call: string): void {
  const objects = CLKernel.argumentsOf(kernel)?.objects ?? []
  for (let at = 0; at < objects.length; at += 1) {
    const object = objects[at]
    if (object !== undefined && !isLiving(object) && !isAllocated(object))
      throw refusal("INVALID_KERNEL_ARGS", { call, detail: `argument ${at} is ${describe(object)}: set it again.` })
  }
}

/** A kernel with the arguments that another has now. OpenCL 2.1. */
export function cloneKernel(kernel: CLKernel): CLKernel {
  const call = "cloneKernel"
  const source = kernelOf(kernel, call)
  const clone = own<CLKernel>(
    kernelKind,
    made<KernelHandle>(call, (errcode) => opencl().clCloneKernel(source, errcode)),
  )
  const state = stateOf(kernel)
  CLKernel.keepArguments(clone, { ...state, objects: [...state.objects] })
  return clone
}
