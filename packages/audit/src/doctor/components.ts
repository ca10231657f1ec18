import type { Component } from "@strongroom/surfaces"
import type { Driver } from "./driver.js"
import type { Machine } from "./machine.js"
import type { Runtime } from "./runtimes.js"

/** What comes with what: the second is in, under or beside the first. */
const together: { readonly [component in Component]?: readonly Component[] } = {
  "intel-neo": ["intel-graphics-compiler"],
  pytorch: ["instrumentation-hooks"],
  openvino: ["instrumentation-hooks"],
  tensorflow: ["instrumentation-hooks"],
  onednn: ["instrumentation-hooks"],
  pocl: ["instrumentation-hooks"],
  "intel-cpu-opencl": ["instrumentation-hooks"],
}

const ofPlatforms = {
  linux: ["dynamic-loader", "node", "system"],
  windows: ["dynamic-loader", "node", "system", "direct3d"],
  macos: ["dynamic-loader", "node", "system", "metal"],
  browser: [],
} as const satisfies { readonly [platform in Machine["platform"]]: readonly Component[] }

/** The parts of @strongroom/surfaces that are on this machine. */
export function componentsOf(
  { platform }: Machine,
  drivers: readonly Driver[],
  runtimes: readonly Runtime[],
): ReadonlySet<Component> {
  const found: Component[] = [
    ...ofPlatforms[platform],
    ...drivers.flatMap(({ component }) => component ?? []),
    ...runtimes.flatMap(({ components }) => components),
  ]
  if (drivers.some((driver) => driver.interface === "OpenCL")) found.push("opencl-loaders")
  return new Set([...found, ...found.flatMap((component) => together[component] ?? [])])
}
