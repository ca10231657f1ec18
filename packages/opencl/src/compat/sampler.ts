import { samplerInfo } from "../info/index.js"
import { constants, made, opencl, refusal } from "../native/index.js"
import { constantNumber, list } from "./arguments.js"
import { type Info, info } from "./info.js"
import { samplerKind } from "./kinds.js"
import { type CLContext, type CLSampler, contextOf, describe, own, release, retain, samplerOf } from "./objects.js"
import { propertyList } from "./properties.js"

/**
 * @param normalizedCoordinates whether coordinates are from 0 to 1
 * @param addressingMode ADDRESS_CLAMP and its neighbours
 * @param filterMode FILTER_NEAREST or FILTER_LINEAR
 */
export function createSampler(
  context: CLContext,
  normalizedCoordinates: boolean | number,
  addressingMode: number,
  filterMode: number,
): CLSampler {
  const call = "createSampler"
  const handle = contextOf(context, call)
  const addressing = constantNumber(addressingMode, "the addressing mode", call)
  const filter = constantNumber(filterMode, "the filter mode", call)
  return own(
    samplerKind,
    made(call, (errcode) =>
      opencl().clCreateSampler(handle, normalizedCoordinates ? 1 : 0, addressing, filter, errcode),
    ),
  )
}

const samplerProperties: ReadonlyMap<unknown, "boolean" | "number"> = new Map([
  [constants.SAMPLER_NORMALIZED_COORDS, "boolean"],
  [constants.SAMPLER_ADDRESSING_MODE, "number"],
  [constants.SAMPLER_FILTER_MODE, "number"],
])

/**
 * OpenCL 2.0.
 *
 * @param properties SAMPLER_NORMALIZED_COORDS and a boolean, SAMPLER_ADDRESSING_MODE and SAMPLER_FILTER_MODE and a number
 */
export function createSamplerWithProperties(context: CLContext, properties: readonly (number | boolean)[]): CLSampler {
  const call = "createSamplerWithProperties"
  const handle = contextOf(context, call)
  const given = list(properties, "the properties", call)
  for (let index = 0; index < given.length; index += 2) {
    const [name, value] = [given[index], given[index + 1]]
    const type = samplerProperties.get(name)
    if (type !== typeof value)
      throw refusal("INVALID_VALUE", {
        call,
        detail: `property ${describe(name)} ${type === undefined ? "isn't known" : `takes a ${type}, got ${describe(value)}`}.`,
      })
  }
  const wanted = propertyList(
    given.map((value) => (typeof value === "boolean" ? Number(value) : value)),
    call,
  )
  return own(
    samplerKind,
    made(call, (errcode) => opencl().clCreateSamplerWithProperties(handle, wanted, errcode)),
  )
}

export function retainSampler(sampler: CLSampler): number {
  retain(samplerKind, sampler, "retainSampler")
  return 0
}

export function releaseSampler(sampler: CLSampler): number {
  release(samplerKind, sampler, "releaseSampler")
  return 0
}

/** @param name SAMPLER_FILTER_MODE and its neighbours */
export function getSamplerInfo<Name extends number>(sampler: CLSampler, name: Name): Info<typeof samplerInfo, Name> {
  const call = "getSamplerInfo"
  const handle = samplerOf(sampler, call)
  return info(samplerInfo, name, call, (...room) => opencl().clGetSamplerInfo(handle, name, ...room))
}
