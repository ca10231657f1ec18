import { dirname, join } from "node:path"
import type { Component } from "@strongroom/surfaces"
import { jsonOf, type Machine, namesIn } from "./machine.js"
import type { Python } from "./python.js"

/** A package that runs networks, or that engines use for it. */
export interface Runtime {
  readonly from: "npm" | "python"
  readonly name: string
  readonly version: string
  /** Its folder, or the folder of its metadata. */
  readonly path: string
  /** Its parts of @strongroom/surfaces. */
  readonly components: readonly Component[]
}

const npmPackages: { readonly [name: string]: readonly Component[] } = {
  "onnxruntime-node": ["onnxruntime"],
  "onnxruntime-web": [],
  "@tensorflow/tfjs": ["tensorflow-js"],
  "@tensorflow/tfjs-core": ["tensorflow-js"],
  "@tensorflow/tfjs-node": ["tensorflow-js", "tensorflow", "onednn"],
  "@tensorflow/tfjs-node-gpu": ["tensorflow-js", "tensorflow", "onednn"],
  "openvino-node": ["openvino", "onednn"],
  webgpu: ["dawn"],
}

/** By normalised names; what stands before `*` is a beginning. */
const pythonPackages: { readonly [name: string]: readonly Component[] } = {
  openvino: ["openvino", "onednn"],
  tensorflow: ["tensorflow", "onednn"],
  "tensorflow-*": ["tensorflow", "onednn"],
  onnxruntime: ["onnxruntime"],
  "onnxruntime-*": ["onnxruntime", "onnxruntime-providers"],
  torch: ["pytorch", "onednn"],
  jax: ["jax"],
  jaxlib: ["jax", "tensorflow"],
  triton: ["triton"],
  "pytorch-triton*": ["triton"],
  "tensorrt*": ["nvidia"],
  pyopencl: ["opencl-loaders"],
}

/** Packages that a program in the machine's working folder would get, by Node's rule; nothing is loaded. */
export function npmRuntimes({ folder }: Machine): Runtime[] {
  return Object.entries(npmPackages).flatMap(([name, components]) => {
    const path = foldersAbove(folder)
      .map((above) => join(above, "node_modules", name))
      .find((path) => jsonOf(join(path, "package.json")) !== undefined)
    if (path === undefined) return []
    const { version } = jsonOf(join(path, "package.json")) as { readonly version?: unknown }
    const found = name === "onnxruntime-node" && hasProviders(path) ? [...components, providers] : components
    return [{ from: "npm" as const, name, version: String(version ?? ""), path, components: found }]
  })
}

const providers: Component = "onnxruntime-providers"

/** Whether the package has libraries of TensorRT and others beside its own; they come when it is installed. */
function hasProviders(path: string): boolean {
  const bin = join(path, "bin")
  return namesIn(bin).some((api) =>
    namesIn(join(bin, api, process.platform, process.arch)).some((name) =>
      /onnxruntime_providers_(?!shared)/.test(name),
    ),
  )
}

function foldersAbove(folder: string): string[] {
  const above = dirname(folder)
  return above === folder ? [folder] : [folder, ...foldersAbove(above)]
}

/** Packages by the names of their metadata's folders, `openvino-2025.3.0.dist-info`; nothing is imported. */
export function pythonRuntimes(python: Python | undefined): Runtime[] {
  return (python?.folders ?? []).flatMap((folder) =>
    namesIn(folder).flatMap((entry): Runtime[] => {
      const [, raw, version] = /^(.+?)-(\d[^-]*)(?:-py[\d.]+)?\.(?:dist|egg)-info$/.exec(entry) ?? []
      if (raw === undefined || version === undefined) return []
      const name = raw.toLowerCase().replace(/[-_.]+/g, "-")
      const components = pythonComponents(name)
      return components ? [{ from: "python", name, version, path: join(folder, entry), components }] : []
    }),
  )
}

function pythonComponents(name: string): readonly Component[] | undefined {
  // What only belongs to TensorFlow isn't TensorFlow.
  if (/^tensorflow-(estimator|io|datasets|hub|metadata|serving|io-gcs)/.test(name)) return undefined
  const [, components] =
    Object.entries(pythonPackages).find(([known]) =>
      known.endsWith("*") ? name.startsWith(known.slice(0, -1)) : name === known,
    ) ?? []
  return components
}
