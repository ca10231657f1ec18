/**
 * TypeScript's view of a C signature, read out of its text: `"cl_int(cl_kernel kernel, cl_uint arg_index)"` becomes
 * `(kernel, index) => number`. `c-types.ts` does the same for koffi.
 */
import type { Handles } from "./handles.js"

/** Memory that a call reads or writes where it lies, or its address; null is NULL. Numbers in it have C's widths. */
export type Pointer = NodeJS.ArrayBufferView | ArrayBufferLike | bigint | null

/** A `size_t` or a bitfield of 64 bits. */
export type Wide = number | bigint

interface Scalars extends Nullable<Handles> {
  size_t: Wide
  cl_device_type: Wide
  cl_command_queue_properties: Wide
  cl_mem_flags: Wide
  cl_svm_mem_flags: Wide
  cl_mem_migration_flags: Wide
  cl_map_flags: Wide
  callback: bigint | null
}

type Nullable<Types> = { [Name in keyof Types]: Types[Name] | null }

type Parameter<Text extends string> = Text extends `${string}*${string}`
  ? Pointer
  : Text extends `${infer Type} ${string}`
    ? Type extends keyof Scalars
      ? Scalars[Type]
      : number
    : never

type Parameters<Text extends string> = Text extends ""
  ? []
  : Text extends `${infer First}, ${infer Rest}`
    ? [Parameter<First>, ...Parameters<Rest>]
    : [Parameter<Text>]

/** A created object, or an address, is null when the call failed. */
type Result<Text extends string> = Text extends "void"
  ? undefined
  : Text extends `${string}*`
    ? bigint | null
    : Text extends keyof Handles
      ? Handles[Text] | null
      : number

export interface NativeFunction<Arguments extends unknown[], Value> {
  (...values: Arguments): Value
  /**
   * The same call on another thread; `done` comes on this one. All memory that is passed has to stay where it is until
   * then: hold it, and only pass views whose `buffer` was looked at (V8 may move small ones before that).
   */
  async(...values: [...Arguments, done: (error: unknown, value: Value) => void]): void
}

export type FunctionOf<Signature extends string> = Signature extends `${infer Returned}(${infer Text})`
  ? NativeFunction<Parameters<Text>, Result<Returned>>
  : never

export type FunctionsOf<Signatures> = {
  readonly [Name in keyof Signatures]: FunctionOf<Signatures[Name] & string>
}
