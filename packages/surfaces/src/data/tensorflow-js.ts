import { define } from "../define.js"

export const surfaces = define("tensorflow-js", [
  {
    id: "tf-savedmodel-disk",
    vendor: "Google",
    title: "tfjs-node SavedModel and file:// handlers",
    kind: "temporary-file",
    platforms: ["linux", "windows", "macos"],
    byDefault: "on",
    state: "SavedModel can only be loaded from a directory on disk",
    trigger: { api: ["tf.node.loadSavedModel(path)", "tf.io file:// save handlers"] },
    writes:
      "nothing by itself; whoever has a SavedModel in memory writes the whole model in the clear, to give its path",
    where: "as given",
    exposes: ["weights", "graph"],
    neutralise: {
      refuse: ["tf.node.loadSavedModel(path)", "tf.io file:// save handlers"],
      otherwise:
        "write it to a folder in memory that no other process sees, and remove graph and variables when they were read (a vault on Linux does); or use graph/layers models with an in-memory IOHandler (tf.io.fromMemory)",
      before: "any time",
    },
    sources: ["npm @tensorflow/tfjs-node 4.22.0 dist/saved_model.js loadSavedModel, dist/io/file_system.js"],
    verified: "ran",
    evidence:
      "run here, @tensorflow/tfjs-node 4.22 (npm) with TensorFlow 2.21: an app that opened a sealed SavedModel and ran it by tf.node.loadSavedModel left its graph and its weights in the folder that it had to write; a vault gave the same outputs, and neither was in any file that another process of the user sees, at any time. The file:// handlers were read in the npm package, not run.",
    checked: "2026-11-30",
    proof: { trigger: "tfjs-node", vault: "harmless" },
  },
  {
    id: "tfjs-debug",
    vendor: "Google",
    title: "TF.js flags",
    kind: "dump",
    platforms: ["linux", "windows", "macos", "browser"],
    byDefault: "off",
    state: "OFF; in a page the end user may set flags with ?tfjsflags=",
    trigger: {
      api: [
        "tf.enableDebugMode()",
        "tf.env().set(DEBUG / WEBGPU_PRINT_SHADER ...)",
        "URL parameter tfjsflags=...",
        "indexeddb:// and localstorage:// save handlers",
      ],
    },
    writes: "kernel names, optional shader text; models if saved",
    where: "console, browser storage",
    exposes: ["kernel-source", "metadata"],
    neutralise: {
      refuse: [
        "tf.enableDebugMode()",
        "tf.env().set(DEBUG / WEBGPU_PRINT_SHADER ...)",
        "URL parameter tfjsflags=...",
        "indexeddb:// and localstorage:// save handlers",
      ],
      otherwise: "call tf.env().reset or set flags explicitly after import; freeze",
      before: "after import, before backend init",
    },
    sources: [],
    verified: "reported",
    evidence: "from memory",
  },
])
