import { cTypes } from "./c-types.js"
import { OpenCLError } from "./error.js"
import type { FunctionsOf } from "./function-types.js"
import type { PlatformHandle } from "./handles.js"
import { loadLibrary } from "./library.js"
import { cString } from "./memory.js"
import { opencl } from "./opencl.js"
import { type ExtensionSignatures, extensionSignatures } from "./signatures/extensions.js"

export type Extensions = FunctionsOf<ExtensionSignatures>

const found = new Map<string, unknown>()

/**
 * A function of an extension, from the driver of a platform.
 *
 * @throws OpenCLError FUNCTION_NOT_FOUND where the driver hasn't got it
 */
export function extension<Name extends keyof Extensions>(platform: PlatformHandle, name: Name): Extensions[Name] {
  const key = `${platform} ${name}`
  const known = found.get(key) ?? find(platform, name)
  found.set(key, known)
  return known as Extensions[Name]
}

function find(platform: PlatformHandle, name: keyof Extensions): unknown {
  const address = opencl().clGetExtensionFunctionAddressForPlatform(platform, cString(name))
  if (address === null)
    throw new OpenCLError(
      "FUNCTION_NOT_FOUND",
      `This platform's driver has no ${name}: look for its extension in PLATFORM_EXTENSIONS first.`,
      0,
      { call: name },
    )
  const { koffi } = loadLibrary()
  const { result, parameters } = cTypes(extensionSignatures[name])
  return koffi.decode(address, koffi.proto(null, result, [...parameters]))
}
