import { define } from "../define.js"

export const surfaces = define("jax", [
  {
    id: "jax-compilation-cache",
    vendor: "Google",
    title: "JAX: persistent compilation cache",
    kind: "kernel-cache",
    platforms: ["linux", "windows", "macos"],
    byDefault: "off",
    state: "OFF until a directory is named",
    trigger: {
      variables: {
        JAX_COMPILATION_CACHE_DIR: "directory",
        JAX_ENABLE_COMPILATION_CACHE: "false disables; default true",
        JAX_PERSISTENT_CACHE_ENABLE_XLA_CACHES: "default xla_gpu_per_fusion_autotune_cache_dir",
      },
    },
    writes: "compiled XLA executables, with constants",
    where: "as given",
    exposes: ["device-binary", "inlined-constants"],
    neutralise: {
      set: { JAX_ENABLE_COMPILATION_CACHE: "false" },
      unset: ["JAX_COMPILATION_CACHE_DIR", "JAX_PERSISTENT_CACHE_ENABLE_XLA_CACHES"],
      before: "import of jax",
    },
    sources: ["PyPI jax 0.10.2, jax/_src/config.py:1438-1545"],
    verified: "read",
    evidence: "read in the wheel's source; not run. Each option jax_x is read from JAX_X.",
    checked: "2026-11-30",
  },
  {
    id: "jax-ir-dump",
    vendor: "Google",
    title: "JAX: IR dumps, and plugins of the LLVM inside jaxlib",
    kind: "dump",
    platforms: ["linux", "windows", "macos"],
    byDefault: "off",
    state: "OFF",
    trigger: {
      variables: {
        JAX_DUMP_IR_TO: "dir, or sponge",
        LLVM_IR_ENABLE_DUMP: "1",
        MLIR_ENABLE_DUMP: "1",
        MLIR_CRASH_REPRODUCER_DIRECTORY: "directory",
        LLVM_PASS_PLUGIN_PATH: "library that is loaded",
      },
    },
    writes: "StableHLO and LLVM IR with constants",
    where: "as given; stderr",
    exposes: ["graph", "ir", "inlined-constants", "code-exec"],
    neutralise: {
      unset: [
        "JAX_DUMP_IR_TO",
        "LLVM_IR_ENABLE_DUMP",
        "MLIR_ENABLE_DUMP",
        "MLIR_CRASH_REPRODUCER_DIRECTORY",
        "LLVM_PASS_PLUGIN_PATH",
      ],
      before: "import of jax",
    },
    sources: ["PyPI jax 0.10.2, jax/_src/config.py:2234", "strings of libjax_common.so, PyPI jaxlib 0.12.0.1"],
    verified: "read",
    evidence: "JAX_DUMP_IR_TO read in the wheel's source, the others found in the library's strings; not run",
    checked: "2026-11-30",
  },
])
