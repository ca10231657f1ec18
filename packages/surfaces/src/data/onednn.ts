import { define } from "../define.js"

export const surfaces = define("onednn", [
  {
    id: "onednn-jit-dump",
    vendor: "Intel/UXL",
    title: "oneDNN JIT dump and jitdump profiling (inside TensorFlow, OpenVINO, PyTorch builds)",
    kind: "dump",
    platforms: ["linux", "windows", "macos"],
    byDefault: "off",
    state: "OFF, compiled in by default (DNNL_ENABLE_JIT_DUMP 1)",
    trigger: {
      variables: {
        ONEDNN_JIT_DUMP: "non-zero",
        DNNL_JIT_DUMP: "old name",
        ONEDNN_JIT_PROFILE: "flags",
        DNNL_JIT_PROFILE: "old name",
        JITDUMPDIR: "directory",
        ONEDNN_VERBOSE: "level",
        DNNL_VERBOSE: "level",
        ONEDNN_GRAPH_DUMP: "graph (needs a build option)",
      },
    },
    writes: "generated machine code (shape-specialised), verbose log has layer shapes; no weights",
    where:
      "working directory: dnnl_dump_cpu_*.bin, dnnl_dump_gpu_*.bin; jitdump in $JITDUMPDIR/.debug/jit/dnnl.XXXXXX (HOME by default)",
    paths: ["dnnl_dump_cpu_*.bin", "dnnl_dump_gpu_*.bin", ".debug/jit/dnnl.*/**"],
    exposes: ["device-binary", "metadata"],
    neutralise: {
      set: { ONEDNN_JIT_DUMP: "0", ONEDNN_VERBOSE: "0", ONEDNN_JIT_PROFILE: "0" },
      unset: ["DNNL_JIT_DUMP", "DNNL_VERBOSE", "DNNL_JIT_PROFILE", "JITDUMPDIR", "ONEDNN_GRAPH_DUMP"],
      otherwise: "dnnl_set_jit_dump(0) overrides the variable",
      before: "first primitive creation",
    },
    sources: [
      "https://oneapi-src.github.io/oneDNN/dev_guide_inspecting_jit.html",
      "https://docs.rs/onednn-sys/latest/onednn_sys/fn.dnnl_set_jit_profiling_jitdumpdir.html",
      "docs.rs onednn-src src/gpu/intel/utils.cpp",
    ],
    verified: "ran",
    evidence:
      "read in vendor documentation (stored copy); run here: ONEDNN_JIT_DUMP in TensorFlow 2.21, ONEDNN_JIT_DUMP, DNNL_JIT_DUMP and ONEDNN_JIT_PROFILE=6 in OpenVINO 2026.4.1. ONEDNN_GRAPH_DUMP and the verbose names are from memory.",
    checked: "2026-11-30",
    proof: { trigger: "openvino", vault: "harmless" },
  },
])
