import { StrongroomError } from "@strongroom/core/backend"

/** The least glibc that TensorFlow's wheels ask for: manylinux_2_27. */
const leastLibrary = [2, 27] as const

/** @throws StrongroomError `backend-missing` where TensorFlow's wheels don't run. */
export function checkPlatform(): void {
  const { platform, arch } = process
  const library = platform === "linux" ? glibcVersion() : undefined
  const [major = 0, minor = 0] = library?.split(".").map(Number) ?? []
  const isNewEnough = major > leastLibrary[0] || (major === leastLibrary[0] && minor >= leastLibrary[1])
  if (arch === "x64" && isNewEnough) return
  const here = [platform, arch, ...(platform === "linux" ? [`glibc ${library ?? "none"}`] : [])].join(", ")
  throw new StrongroomError(
    "backend-missing",
    `This builds tfjs-node for Linux on x64 with glibc ${leastLibrary.join(".")} or newer, and here is ${here}. ` +
      'Try "npm install @tensorflow/tfjs-node", which downloads its makers\' own binary; or use the engine "wasm".',
  )
}

function glibcVersion(): string | undefined {
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } }
  return report.header?.glibcVersionRuntime
}
