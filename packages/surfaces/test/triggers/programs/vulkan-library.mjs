// Vulkan by its loader, as much of it as naming the devices takes: what every engine on it does first.
import koffi from "koffi"

/** VkStructureType in vulkan_core.h */
const instanceCreateInfo = 1

/** Gives the devices' names. */
export function deviceNames(library) {
  const vulkan = koffi.load(library)
  const createInfo = koffi.struct({
    type: "int",
    next: "void *",
    flags: "uint32_t",
    applicationInfo: "void *",
    layerCount: "uint32_t",
    layers: "void *",
    extensionCount: "uint32_t",
    extensions: "void *",
  })
  const createInstance = vulkan.func("vkCreateInstance", "int", [koffi.pointer(createInfo), "void *", "_Out_ void **"])
  const enumerate = vulkan.func("vkEnumeratePhysicalDevices", "int", ["void *", "_Inout_ uint32_t *", "void *"])
  const properties = vulkan.func("vkGetPhysicalDeviceProperties", "void", ["void *", "void *"])
  const call = (status) => {
    if (status !== 0) throw new Error(`Vulkan's status is ${status}`)
  }

  const instance = [null]
  call(createInstance({ type: instanceCreateInfo }, null, instance))
  const count = [0]
  call(enumerate(instance[0], count, null))
  const devices = new BigUint64Array(count[0])
  call(enumerate(instance[0], count, devices))
  // VkPhysicalDeviceProperties: the name comes after five numbers of four bytes, in 256.
  const names = [...devices].map((device) => {
    const bytes = Buffer.alloc(1024)
    properties(device, bytes)
    return bytes.toString("utf8", 20, bytes.indexOf(0, 20))
  })
  vulkan.func("vkDestroyInstance", "void", ["void *", "void *"])(instance[0], null)
  return names
}
