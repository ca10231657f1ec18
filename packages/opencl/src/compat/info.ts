/** Information in node-opencl's shapes: 64-bit numbers as [high, low], handles as objects, formats as arrays. */
import { type InfoKind, type InfoQuery, type InfoTable, type InfoValues, readInfo } from "../info/index.js"
import { refusal } from "../native/index.js"
import { isGiven } from "./arguments.js"
import { commandQueueKind, contextKind, deviceKind, memoryKind, platformKind, programKind } from "./kinds.js"
import {
  type CLCommandQueue,
  type CLContext,
  type CLDeviceId,
  type CLMem,
  type CLPlatformId,
  type CLProgram,
  describe,
  find,
} from "./objects.js"

/** value = high * 2 ** 32 + low */
export type HighLow = [high: number, low: number]

/** An array for node-opencl's sake: the fields are what counts. */
export type FormatArray = [] & { channel_order: number; channel_data_type: number }

interface Shapes extends Omit<InfoValues, keyof Shaped>, Shaped {}

interface Shaped {
  ulong: HighLow
  ulongs: HighLow[]
  properties: number[]
  imageFormat: FormatArray
  pointer: undefined
  platform: CLPlatformId
  device: CLDeviceId
  devices: CLDeviceId[]
  context: CLContext
  commandQueue: CLCommandQueue
  memory: CLMem
  program: CLProgram
}

type Shapers = { readonly [Kind in keyof Shaped]: (value: InfoValues[Kind]) => Shaped[Kind] }

const shapers: Shapers = {
  ulong: highLow,
  ulongs: (values) => values.map(highLow),
  properties: (values) => values.map(Number),
  imageFormat: ({ channelOrder, channelType }) =>
    Object.assign([] as [], { channel_order: channelOrder, channel_data_type: channelType }),
  pointer: () => undefined,
  platform: (handle) => find(platformKind, handle),
  device: (handle) => find(deviceKind, handle),
  devices: (handles) => handles.map((handle) => find(deviceKind, handle)),
  context: (handle) => find(contextKind, handle),
  commandQueue: (handle) => find(commandQueueKind, handle),
  memory: (handle) => find(memoryKind, handle),
  program: (handle) => find(programKind, handle),
}

export function highLow(value: bigint): HighLow {
  return [Number(value >> 32n), Number(value & 0xffff_ffffn)]
}

/** What a parameter of a table becomes. A number that TypeScript doesn't know may become anything in the table. */
export type Info<Table extends InfoTable, Name extends number> = Name extends keyof Table
  ? Shapes[Table[Name] & InfoKind]
  : number extends Name
    ? Shapes[Table[keyof Table] & InfoKind]
    : never

/**
 * One parameter of a table.
 *
 * @throws OpenCLError INVALID_VALUE for a parameter that isn't in the table, and what the driver says
 */
export function info<Table extends InfoTable, Name extends number>(
  table: Table,
  name: Name,
  call: string,
  query: InfoQuery,
): Info<Table, Name> {
  const kind = isGiven(name) ? table[name] : undefined
  if (kind === undefined)
    throw refusal("INVALID_VALUE", { call, detail: `there is no parameter ${describe(name)} to ask for.` })
  const value = readInfo(kind, call, query)
  const shape = shapers[kind as keyof Shapers] as ((value: unknown) => unknown) | undefined
  return (shape === undefined ? value : shape(value)) as Info<Table, Name>
}
