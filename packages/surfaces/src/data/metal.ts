import { define } from "../define.js"

export const surfaces = define("metal", [
  {
    id: "apple-metal-cache",
    vendor: "Apple",
    title: "Metal shader cache and capture",
    kind: "kernel-cache",
    platforms: ["macos"],
    byDefault: "on",
    state: "ON",
    trigger: {
      variables: {
        MTL_CAPTURE_ENABLED: "1",
        MTL_SHADER_VALIDATION: "1",
        MTL_DEBUG_LAYER: "1",
        MTL_HUD_ENABLED: "1",
        DYLD_INSERT_LIBRARIES: "libraries",
      },
    },
    writes: "compiled Metal functions",
    where: "$(getconf DARWIN_USER_CACHE_DIR)/<bundle id>/com.apple.metal ; ~/Library/Caches/<bundle id>",
    paths: ["com.apple.metal/**"],
    exposes: ["device-binary"],
    neutralise: {
      unset: ["MTL_CAPTURE_ENABLED", "MTL_SHADER_VALIDATION", "MTL_DEBUG_LAYER", "DYLD_INSERT_LIBRARIES"],
      otherwise: "hardened runtime without allow-dyld-environment-variables for the host executable",
      before: "process start",
    },
    sources: [],
    verified: "reported",
    evidence: "from memory",
  },
])
