import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { StrongroomError } from "@strongroom/core/backend"
import type { CheckedPlugin } from "../options.js"
import { type NativeRuntime, nativeRuntime } from "./native.js"

/** A provider that this process has registered, on one of its devices. */
export interface Provider {
  readonly native: NativeRuntime
  /** OrtEnv, of which a process has one. */
  readonly environment: bigint
  /** OrtEpDevice. */
  readonly device: bigint
  readonly name: string
  /** Its version as it says, and its library's digest: what one build compiled isn't another's. */
  readonly fingerprint: string
  readonly plugin: CheckedPlugin
}

/** OrtLoggingLevel */
const fatal = 4

/** OrtHardwareDeviceType */
const deviceTypes = ["cpu", "gpu", "npu"]

/** @throws StrongroomError `backend-missing`, with what the library offers */
export function registeredProvider(plugin: CheckedPlugin): Provider {
  const native = nativeRuntime()
  const environment = native.give("CreateEnv", fatal, "strongroom")
  if (devicesOf(native, environment, plugin.library).length === 0) register(native, environment, plugin)
  const devices = devicesOf(native, environment, plugin.library)
  const device = devices.find(({ type }) => plugin.device === undefined || type === plugin.device)
  if (device === undefined) {
    const offered = devices.length === 0 ? "none" : devices.map(({ type }) => type).join(", ")
    throw new StrongroomError(
      "backend-missing",
      `The provider's library has no ${plugin.device ?? "device"} here; its devices: ${offered}. Its own needs may be missing.`,
    )
  }
  const digest = createHash("sha256").update(readFileSync(plugin.library)).digest("hex")
  const { name, version } = device
  return { native, environment, plugin, device: device.device, name, fingerprint: `${version}, ${digest}` }
}

function register(native: NativeRuntime, environment: bigint, { name, library }: CheckedPlugin): void {
  try {
    native.call("RegisterExecutionProviderLibrary", environment, name, library)
  } catch (cause) {
    // Another thread of this process can have been sooner.
    if (devicesOf(native, environment, library).length > 0) return
    throw new StrongroomError("backend-missing", "The provider's library can't be loaded by ONNX Runtime.", { cause })
  }
}

/** Those that ONNX Runtime says come from this library. */
function devicesOf(native: NativeRuntime, environment: bigint, library: string) {
  const length: [unknown] = [null]
  const list: [unknown] = [null]
  native.call("GetEpDevices", environment, list, length)
  const addresses = native.pointers(list[0] as bigint, Number(length[0]))
  return addresses.flatMap((device) => {
    const metadata = native.other<bigint>("EpDevice_EpMetadata", device)
    const value = (key: string) => native.other<string | null>("GetKeyValue", metadata, key)
    if (value("library_path") !== library) return []
    const type = native.other<number>("HardwareDevice_Type", native.other<bigint>("EpDevice_Device", device))
    return [
      {
        device,
        name: native.other<string>("EpDevice_EpName", device),
        version: value("version") ?? "unknown",
        type: deviceTypes[type],
      },
    ]
  })
}
