import { failure } from "./error.js"

/**
 * @param status what a call gave
 * @param call the C function's name, for the message
 * @throws OpenCLError unless the status is CL_SUCCESS
 */
export function check(status: number, call: string): void {
  if (status !== 0) throw failure(status, { call })
}

const errcode = new Int32Array(1)

/**
 * For the functions that give an object and put the status in their last parameter: `make` passes on what it is given.
 *
 * @param detail what was asked for, in sentences, for the message
 * @throws OpenCLError for any status but CL_SUCCESS
 */
export function made<Value>(call: string, make: (errcode: Int32Array) => Value | null, detail?: () => string): Value {
  const value = make(errcode)
  const status = errcode[0] as number
  if (status !== 0) throw failure(status, detail === undefined ? { call } : { call, detail: detail() })
  return value as Value
}
