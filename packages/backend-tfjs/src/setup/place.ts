import { homedir } from "node:os"
import { isAbsolute, join } from "node:path"

/** What `strongroom setup` builds. */
export type SetupName = "tfjs-cpu" | "tfjs-gpu"

/** Which releases belong together: tfjs-node's C++ against the C library of TensorFlow. Node-API 8 is Node 12.22's. */
export const releases = { tfjs: "4.22.0", tensorflow: "2.21.0", nodeApi: 8 } as const

/** The npm package, and what its folder's name begins with. */
export const setupPackages = {
  "tfjs-cpu": "@tensorflow/tfjs-node",
  "tfjs-gpu": "@tensorflow/tfjs-node-gpu",
} as const satisfies { readonly [name in SetupName]: string }

/**
 * Where `strongroom setup` puts what it builds, unless it is told otherwise: `strongroom` in the user's data folder, which is
 * `XDG_DATA_HOME` or `~/.local/share`. Whoever can set that variable, or write there, decides what runs in a vault that is
 * given it as `setupFolder`: it is for machines whose user may.
 */
export function defaultSetupFolder(): string {
  const { XDG_DATA_HOME: data } = process.env
  // The specification of base directories has relative paths ignored.
  return join(data && isAbsolute(data) ? data : join(homedir(), ".local/share"), "strongroom")
}

/** Where one of these releases is, or will be. Other releases lie beside it. */
export function placeOf(name: SetupName, setupFolder: string): string {
  const [, short] = setupPackages[name].split("/")
  return join(setupFolder, `${short}-${releases.tfjs}-tf-${releases.tensorflow}-napi${releases.nodeApi}`)
}

/** The folder of tfjs-node's own package in one of these. */
export function packageIn(name: SetupName, place: string): string {
  return join(place, "node_modules", setupPackages[name])
}
