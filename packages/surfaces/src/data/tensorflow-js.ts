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
    writes: "whole model in clear if the SDK writes a decrypted SavedModel",
    where: "as given",
    exposes: ["weights", "graph"],
    neutralise: {
      refuse: ["tf.node.loadSavedModel(path)", "tf.io file:// save handlers"],
      otherwise: "use graph/layers models with an in-memory IOHandler (tf.io.fromMemory)",
      before: "any time",
    },
    sources: [],
    verified: "reported",
    evidence: "from memory",
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
