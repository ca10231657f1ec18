import { define } from "../define.js"

export const surfaces = define("dawn", [
  {
    id: "dawn-trace",
    vendor: "Google",
    title: "Dawn (WebGPU) GPU trace",
    kind: "dump",
    platforms: ["macos"],
    byDefault: "off",
    state: "OFF; implemented only in the Metal backend (since 2025-02-18, commit dfc856d1f6)",
    trigger: {
      variables: {
        DAWN_TRACE_FILE_BASE: "file base",
        DAWN_TRACE_DEVICE_FILTER: "label substring",
        MTL_CAPTURE_ENABLED: "1 also required",
        METAL_DEVICE_WRAPPER_TYPE: "1",
        MTL_DEBUG_LAYER: "1",
      },
    },
    writes: "Metal capture: shaders and all buffers (weights)",
    where: "<base>-<date>-c<n>.gputrace",
    paths: ["*.gputrace/**", "*.gputrace"],
    exposes: ["weights", "ir", "kernel-source"],
    neutralise: {
      unset: [
        "DAWN_TRACE_FILE_BASE",
        "DAWN_TRACE_DEVICE_FILTER",
        "MTL_CAPTURE_ENABLED",
        "METAL_CAPTURE_ENABLED",
        "METAL_DEVICE_WRAPPER_TYPE",
      ],
      before: "device creation",
    },
    sources: [
      "google/dawn@1e975e28 src/dawn/native/Device.cpp:2759-2795",
      "src/dawn/native/metal/DeviceMTL.mm:434",
      "docs/dawn/debugging.md",
    ],
    verified: "read",
    evidence: "read in source",
  },
  {
    id: "dawn-blobcache",
    vendor: "Google",
    title: "Dawn blob / pipeline cache",
    kind: "kernel-cache",
    platforms: ["linux", "windows", "macos", "browser"],
    byDefault: "off",
    state:
      "no disk cache unless the embedder supplies callbacks; browsers do: Chromium keeps DawnWebGPUCache for WebGPU, GPUCache for WebGL, and DawnGraphiteCache for what it draws itself, in the profile",
    trigger: {
      api: [
        "DawnCacheDeviceDescriptor load/store functions, dawn::platform::CachingInterface, toggle disable_blob_cache",
      ],
    },
    writes: "compiled pipelines, translated shaders",
    where: "browser profile",
    paths: ["GPUCache/**", "DawnWebGPUCache/**", "DawnGraphiteCache/**"],
    exposes: ["device-binary", "ir"],
    neutralise: {
      otherwise:
        "Node: nothing to do, or create(['enable-dawn-features=disable_blob_cache']); browser: cannot be controlled by a page",
      before: "device creation",
      notes: "The driver caches underneath (NVIDIA, Mesa, D3D, Metal) are separate and stay on.",
    },
    sources: [
      "google/dawn include/dawn/platform/DawnPlatform.h:49-193",
      "src/dawn/native/BlobCache.cpp",
      "src/dawn/native/Toggles.cpp:290",
    ],
    verified: "ran",
    evidence:
      "run here with npm webgpu 0.6.2 on SwiftShader (Chromium 156): a process that compiles and runs a shader writes no file; its binding sets no callbacks for the cache (src/dawn/node). In Chromium 156, headless, on SwiftShader, two small TensorFlow.js models left 1.1 MB of SPIR-V in DawnWebGPUCache, with the page's origin, and 1.8 MB in GPUCache, packed; neither weights nor layers' names (packages/backend-tfjs/test/browser/storage.test.ts)",
    checked: "2026-11-30",
    proof: { trigger: "dawn", vault: "harmless" },
  },
  {
    id: "dawn-dump-toggle",
    vendor: "Google",
    title: "Dawn toggles dump_shaders, dump_shaders_on_failure",
    kind: "dump",
    platforms: ["linux", "windows", "macos"],
    byDefault: "off",
    state: "OFF; not settable by variable in the Node binding",
    trigger: {
      variables: { DAWNNODE_BACKEND: "backend name", DAWN_DEBUG_BREAK_ON_ERROR: "1 crashes the process on an error" },
      api: ["create(['enable-dawn-features=dump_shaders'])"],
    },
    writes: "WGSL and translated source, on failure even without the first toggle",
    where: "log callback",
    exposes: ["kernel-source", "ir"],
    neutralise: {
      unset: ["DAWN_DEBUG_BREAK_ON_ERROR", "DAWNNODE_BACKEND"],
      refuse: ["create(['enable-dawn-features=dump_shaders'])"],
      otherwise:
        "never pass enable-dawn-features from user input; uncaptured errors and getCompilationInfo also quote shader source",
      before: "adapter request",
    },
    sources: ["google/dawn src/dawn/native/Toggles.cpp:207-218", "src/dawn/node/binding/GPU.cpp:66-175"],
    verified: "ran",
    evidence:
      "run here with npm webgpu 0.6.2 on SwiftShader: create() with dump_shaders prints WGSL, comments and all, and SPIR-V; DAWN_FLAGS, which Dawn's own index.js reads, does nothing with the package's",
    checked: "2026-11-30",
    proof: { trigger: "dawn", vault: "harmless" },
  },
])
