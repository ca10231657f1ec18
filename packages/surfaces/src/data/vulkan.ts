import { define } from "../define.js"

export const surfaces = define("vulkan", [
  {
    id: "vulkan-implicit-layers",
    vendor: "Khronos",
    title: "Vulkan loader: implicit layers (no variable needed)",
    kind: "code-injection",
    platforms: ["linux", "windows", "macos"],
    byDefault: "on",
    state: "every manifest found is loaded in every process",
    trigger: {
      variables: {
        VK_IMPLICIT_LAYER_PATH: "directory",
        VK_ADD_IMPLICIT_LAYER_PATH: "directory",
        XDG_DATA_HOME: "base",
        XDG_CONFIG_HOME: "base",
        XDG_DATA_DIRS: "bases",
        XDG_CONFIG_DIRS: "bases",
        HOME: "base",
      },
      files: [
        "~/.local/share/vulkan/implicit_layer.d/*.json",
        "~/.config/vulkan/implicit_layer.d/*.json",
        "/etc/vulkan/implicit_layer.d/*.json",
        "/usr/share/vulkan/implicit_layer.d/*.json",
        "vk_loader_settings.json (loader_settings.d)",
      ],
      registry: [
        "HKCU\\SOFTWARE\\Khronos\\Vulkan\\ImplicitLayers (not for elevated processes)",
        "HKLM\\SOFTWARE\\Khronos\\Vulkan\\ImplicitLayers",
      ],
    },
    writes: "the layer sees SPIR-V, buffers, pipeline caches",
    exposes: ["code-exec", "weights", "ir"],
    neutralise: {
      set: { VK_LOADER_LAYERS_DISABLE: "~all~" },
      unset: [
        "VK_IMPLICIT_LAYER_PATH",
        "VK_ADD_IMPLICIT_LAYER_PATH",
        "VK_LOADER_LAYERS_ENABLE",
        "VK_LOADER_LAYERS_ALLOW",
        "VK_INSTANCE_LAYERS",
      ],
      before: "vkCreateInstance / first layer enumeration",
      notes:
        "VK_LOADER_LAYERS_DISABLE was run with ~implicit~ and with ~all~; ~all~ also blocked VK_INSTANCE_LAYERS+VK_LAYER_PATH. It does not stop VK_DRIVER_FILES and the like: unset those.",
    },
    sources: [
      "KhronosGroup/Vulkan-Loader@14406049 docs/LoaderLayerInterface.md:170-182,271-331,447-454",
      "loader/vk_loader_platform.h:145,162",
    ],
    verified: "ran",
    evidence:
      "read in source; run here (loader 1.3.239, npm webgpu): a manifest in ~/.local/share/vulkan/implicit_layer.d ran our constructor without any variable; VK_LOADER_LAYERS_DISABLE=~implicit~ stopped it",
  },
  {
    id: "vulkan-explicit",
    vendor: "Khronos",
    title: "Vulkan loader: drivers and explicit layers by variable",
    kind: "code-injection",
    platforms: ["linux", "windows", "macos"],
    byDefault: "off",
    state: "unset; ignored for elevated processes",
    trigger: {
      variables: {
        VK_DRIVER_FILES: "json list",
        VK_ICD_FILENAMES: "json list (deprecated)",
        VK_ADD_DRIVER_FILES: "json list",
        VK_LAYER_PATH: "directories",
        VK_ADD_LAYER_PATH: "directories",
        VK_INSTANCE_LAYERS: "names",
        VK_LOADER_LAYERS_ENABLE: "globs",
        VK_LOADER_DRIVERS_SELECT: "globs",
        VK_LOADER_DRIVERS_DISABLE: "globs",
        VK_LOADER_DEBUG: "all",
        ENABLE_VULKAN_RENDERDOC_CAPTURE: "1",
        "VK_APIDUMP_*": "api_dump layer (recalled)",
        "GFXRECON_*": "gfxreconstruct layer (recalled)",
      },
      registry: ["HKCU/HKLM\\SOFTWARE\\Khronos\\Vulkan\\{Drivers,ExplicitLayers}"],
    },
    writes: "capture layers record every buffer upload (weights)",
    exposes: ["code-exec", "weights", "ir"],
    neutralise: {
      unset: [
        "VK_DRIVER_FILES",
        "VK_ICD_FILENAMES",
        "VK_ADD_DRIVER_FILES",
        "VK_LAYER_PATH",
        "VK_ADD_LAYER_PATH",
        "VK_INSTANCE_LAYERS",
        "VK_LOADER_LAYERS_ENABLE",
        "VK_LOADER_DRIVERS_SELECT",
        "VK_LOADER_DEBUG",
        "ENABLE_VULKAN_RENDERDOC_CAPTURE",
      ],
      unsetPrefixes: ["VK_APIDUMP_", "GFXRECON_"],
      before: "vkCreateInstance / adapter request",
    },
    sources: [
      "KhronosGroup/Vulkan-Loader docs/LoaderInterfaceArchitecture.md",
      "loader/*.c loader_secure_getenv calls",
    ],
    verified: "ran",
    evidence:
      "read in source; run here: VK_DRIVER_FILES, VK_ICD_FILENAMES, VK_ADD_DRIVER_FILES and VK_LAYER_PATH+VK_INSTANCE_LAYERS each ran our constructor inside node",
  },
])
