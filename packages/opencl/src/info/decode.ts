import { fromCString } from "../native/memory.js"
import type { InfoKind, InfoValues, NamedVersion, Version } from "./kinds.js"

type Decoders = { readonly [Kind in InfoKind]: (bytes: Buffer) => InfoValues[Kind] }

const nameLength = 64 // CL_NAME_VERSION_MAX_NAME_SIZE

/** A value as the driver wrote it: little-endian, like every machine that Node and OpenCL run on. */
const decoders: Decoders = {
  string: fromCString,
  bool: (bytes) => bytes.readUInt32LE() !== 0,
  int: (bytes) => bytes.readInt32LE(),
  uint: (bytes) => bytes.readUInt32LE(),
  uints: (bytes) => each(bytes, 4, (at) => bytes.readUInt32LE(at)),
  size: (bytes) => Number(bytes.readBigUInt64LE()),
  sizes: (bytes) => each(bytes, 8, (at) => Number(bytes.readBigUInt64LE(at))),
  ulong: (bytes) => bytes.readBigUInt64LE(),
  ulongs: longs,
  flags: (bytes) => Number(bytes.readBigUInt64LE()),
  properties: longs,
  version: (bytes) => version(bytes.readUInt32LE()),
  namedVersions: (bytes) => each(bytes, 4 + nameLength, (at) => namedVersion(bytes.subarray(at))),
  imageFormat: (bytes) => ({ channelOrder: bytes.readUInt32LE(), channelType: bytes.readUInt32LE(4) }),
  bytes: (bytes) => new Uint8Array(bytes),
  pointer: handle,
  platform: handle,
  device: handle,
  devices: longs as (bytes: Buffer) => InfoValues["devices"],
  context: handle,
  commandQueue: handle,
  memory: handle,
  program: handle,
}

export function decode<Kind extends InfoKind>(kind: Kind, bytes: Buffer): InfoValues[Kind] {
  return decoders[kind](bytes)
}

function each<Value>(bytes: Buffer, width: number, read: (at: number) => Value): Value[] {
  return Array.from({ length: Math.floor(bytes.length / width) }, (_, index) => read(index * width))
}

function longs(bytes: Buffer): bigint[] {
  return each(bytes, 8, (at) => bytes.readBigUInt64LE(at))
}

/** Null for the address 0. */
function handle<Value extends bigint>(bytes: Buffer): Value | null {
  return (bytes.readBigUInt64LE() || null) as Value | null
}

function version(packed: number): Version {
  return { major: packed >>> 22, minor: (packed >>> 12) & 0x3ff, patch: packed & 0xfff }
}

function namedVersion(bytes: Buffer): NamedVersion {
  return { version: version(bytes.readUInt32LE()), name: fromCString(bytes.subarray(4, 4 + nameLength)) }
}
