// Runs in a process of its own: enumerates what OpenCL has here, and may be killed by it at any moment.
// Arguments: seconds until it ends itself, and the library of the one driver that is registered, if it is known.
import { loadLibrary, OpenCLError } from "../native/index.js"
import { tell } from "./messages.js"
import { describePlatforms } from "./platform.js"

const [seconds, driver] = process.argv.slice(2)

function enumerate(): void {
  tell({ kind: "stage", stage: "OpenCL's library was loaded" })
  const { koffi, name } = loadLibrary()
  tell({ kind: "library", name })
  // So that a driver that hangs doesn't outlive a parent that was killed. Timers of JavaScript don't run meanwhile.
  if (process.platform !== "win32") koffi.load(null).func("alarm", "uint", ["uint"])(Number(seconds))

  tell({ kind: "stage", stage: "it was opened and asked for its platforms" })
  let count = 0
  for (const platform of describePlatforms((stage) => tell({ kind: "stage", stage }))) {
    tell({ kind: "platform", platform })
    count += 1
  }
  if (count === 0 && driver) {
    // Loaders keep to themselves why they skip a driver.
    tell({ kind: "stage", stage: "its library was opened" })
    try {
      // cl_khr_icd: what every driver has.
      koffi.load(driver).func("clGetExtensionFunctionAddress", "void *", ["void *"])
    } catch (error) {
      tell({ kind: "unloadable", message: messageOf(error).replace(/^Failed to load shared library: /, "") })
      return
    }
  }
  tell({ kind: "done" })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

try {
  enumerate()
} catch (error) {
  const missing = OpenCLError.is(error) && error.code === "LIBRARY_NOT_FOUND"
  tell({ kind: missing ? "no-library" : "failed", message: messageOf(error) })
}
