import { define } from "../define.js"

export const surfaces = define("instrumentation-hooks", [
  {
    id: "intel-itt",
    vendor: "Intel",
    title:
      "ITT notify / JIT profiling hook (statically linked in oneDNN, OpenVINO, TBB, TensorFlow, Level Zero tools ...)",
    kind: "code-injection",
    platforms: ["linux", "windows", "macos"],
    byDefault: "off",
    state: "unset",
    trigger: {
      variables: {
        INTEL_LIBITTNOTIFY64: "path of a library that is dlopened",
        INTEL_LIBITTNOTIFY32: "same, 32 bit",
        INTEL_JIT_PROFILER64: "path dlopened by jitprofiling.c",
        INTEL_JIT_PROFILER32: "same",
        INTEL_ITTNOTIFY_GROUPS: "groups",
        INTEL_LIBITTNOTIFY_LOG_DIR: "log dir of the reference collector",
      },
    },
    writes: "arbitrary code",
    exposes: ["code-exec"],
    neutralise: {
      unset: [
        "INTEL_LIBITTNOTIFY64",
        "INTEL_LIBITTNOTIFY32",
        "INTEL_JIT_PROFILER64",
        "INTEL_JIT_PROFILER32",
        "INTEL_ITTNOTIFY_GROUPS",
      ],
      before: "first ITT call of the linked library (lazy)",
    },
    sources: [
      "intel/ittapi src/ittnotify/ittnotify_static.c:119-121,1208-1261",
      "intel/ittapi src/ittnotify/jitprofiling.c:25-27,202-212",
    ],
    verified: "read",
    evidence:
      "read in source; run here: no effect on onnxruntime-node 1.30 CPU or on PoCL 3.1 (they do not embed it). INTEL_JIT_PROFILER64 is in the strings of tensorflow-cpu 2.21, jaxlib 0.12 and openvino 2026.4.1, which were not run with it.",
    checked: "2026-11-30",
  },
  {
    id: "openmp-tool",
    vendor: "LLVM/Intel",
    title: "libomp / libiomp5 OMPT tool loading",
    kind: "code-injection",
    platforms: ["linux", "windows", "macos"],
    byDefault: "off",
    state: "OMP_TOOL enabled by default; no library until named",
    trigger: {
      variables: {
        OMP_TOOL_LIBRARIES: "colon list of libraries dlopened at OpenMP start",
        OMP_TOOL: "enabled (default) / disabled",
        OMP_TOOL_VERBOSE_INIT: "file or stdout",
      },
    },
    writes: "arbitrary code",
    exposes: ["code-exec"],
    neutralise: {
      set: { OMP_TOOL: "disabled" },
      unset: ["OMP_TOOL_LIBRARIES", "OMP_TOOL_VERBOSE_INIT"],
      before: "first OpenMP region (library init)",
    },
    sources: ["https://reviews.llvm.org/D91464 openmp/runtime/src/ompt-general.cpp"],
    verified: "read",
    evidence:
      "read in source (review diff); run here: no effect on onnxruntime-node 1.30 and PoCL 3.1 (no libomp there)",
  },
  {
    id: "hwloc-plugins",
    vendor: "hwloc",
    title: "topology library used by PoCL (and others)",
    kind: "code-injection",
    platforms: ["linux", "windows", "macos"],
    byDefault: "off",
    state: "unset",
    trigger: {
      variables: {
        HWLOC_PLUGINS_PATH: "directories of plugins that are loaded",
        HWLOC_XMLFILE: "fake topology",
        HWLOC_COMPONENTS: "list",
      },
    },
    writes: "nothing",
    exposes: ["code-exec"],
    neutralise: {
      unset: ["HWLOC_PLUGINS_PATH", "HWLOC_XMLFILE", "HWLOC_COMPONENTS", "HWLOC_FSROOT"],
      before: "first clGetPlatformIDs with PoCL",
    },
    sources: ["getenv trace of PoCL 3.1"],
    verified: "reported",
    evidence:
      "run here with Debian's PoCL 3.1 and hwloc 2.9: the getenv calls were logged; HWLOC_PLUGINS_PATH had no effect, because PoCL has hwloc look for plugins in /dev/null (HWLOC_PLUGINS_VERBOSE=1 says so). Other programs that use hwloc were not tried.",
    checked: "2026-11-30",
  },
])
