import { define } from "../define.js"

export const surfaces = define("clvk", [
  {
    id: "clvk",
    vendor: "clvk",
    title: "OpenCL on Vulkan",
    kind: "kernel-cache",
    platforms: ["linux", "windows", "macos"],
    byDefault: "off",
    state:
      "pipeline cache OFF (cache_dir empty); temp files under the system temp dir ON when clspv runs as an external process",
    trigger: {
      variables: {
        CLVK_CACHE_DIR: "directory",
        CLVK_CONFIG_FILE: "file",
        CLVK_COMPILER_TEMP_DIR: "directory",
        CLVK_KEEP_TEMPORARIES: "1",
        CLVK_CLSPV_PATH: "compiler executable",
        CLVK_LLVMSPIRV_BIN: "executable",
        CLVK_CLSPV_OPTIONS: "options",
        CLVK_LOG: "level",
        CLVK_LOG_DEST: "file",
        CLVK_PERFETTO_TRACE_DEST: "file",
      },
      files: ["/etc/clvk.conf", "/usr/local/etc/clvk.conf", "~/.config/clvk.conf", "./clvk.conf"],
    },
    writes: "Vulkan pipeline cache; temp: OpenCL source and SPIR-V",
    where: "$CLVK_CACHE_DIR/clvk-pipeline-cache.<UUID>.<SHA1>.bin; temp_directory_path()",
    paths: ["clvk-pipeline-cache.*.bin"],
    exposes: ["kernel-source", "ir", "device-binary", "code-exec"],
    neutralise: {
      unsetPrefixes: ["CLVK_"],
      refuse: ["/etc/clvk.conf", "/usr/local/etc/clvk.conf", "~/.config/clvk.conf", "./clvk.conf"],
      otherwise:
        "check the four conf files; they cannot be overridden by unsetting variables (set CLVK_CACHE_DIR= explicitly)",
      before: "first OpenCL call",
    },
    sources: [
      "kpet/clvk@45ea290a src/config.def",
      "src/config.cpp:360",
      "src/device.cpp:903-918",
      "src/program.cpp:752,1151",
      "README.md Configuration",
    ],
    verified: "read",
    evidence: "read in source",
  },
])
