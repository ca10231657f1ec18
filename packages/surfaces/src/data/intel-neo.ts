import { define } from "../define.js"

export const surfaces = define("intel-neo", [
  {
    id: "intel-neo-cache",
    vendor: "Intel",
    title: "NEO compute-runtime (OpenCL .cl_cache, Level Zero .l0_cache), driver >= 23.35",
    kind: "kernel-cache",
    platforms: ["linux", "windows"],
    byDefault: "on",
    state:
      "ON by default: Linux OpenCL since tag 23.35.27191.9 (commit 269cba1659, 2023-08-31); Windows env variables since 23.39.27427.19 (e96dd344c3); Level Zero since 23.39 (74689fa58a). 24.17.29377.5 removed the legacy scheme.",
    trigger: {
      variables: {
        NEO_CACHE_PERSISTENT: "0 off; unset or non-zero on",
        NEO_CACHE_DIR: "absolute directory; if it does not exist the cache is disabled",
        NEO_CACHE_MAX_SIZE: "bytes, default 1 GiB, 0 = unlimited",
        NEO_CACHE_STATS: "non-zero writes stats files (newer drivers)",
        XDG_CACHE_HOME: "base dir",
        HOME: "base dir",
      },
    },
    writes:
      "Device binary (zebin/patchtoken) of every program built from source or SPIR-V, plus config.file; written to a temp file then renamed. Kernel constants are inside the binary. No model weights passed as buffers.",
    where:
      "Linux $XDG_CACHE_HOME/neo_compiler_cache else $HOME/.cache/neo_compiler_cache; Windows %LocalAppData%\\NEO\\neo_compiler_cache",
    paths: ["neo_compiler_cache/**", "*.l0_cache"],
    exposes: ["device-binary", "inlined-constants"],
    neutralise: {
      set: { NEO_CACHE_PERSISTENT: "0" },
      unset: ["NEO_CACHE_DIR", "NEO_CACHE_STATS"],
      before:
        "dlopen of the driver / first clGetPlatformIDs in the process (read once in getDefaultCompilerCacheConfig)",
      notes:
        "clCreateProgramWithBinary with a native device binary needs no compilation, hence nothing to cache. Read with plain getenv.",
    },
    sources: [
      "intel/compute-runtime@e37c60bf shared/source/compiler_interface/default_cache_config.cpp",
      "intel/compute-runtime@e37c60bf shared/source/compiler_interface/linux/os_compiler_cache_helper.cpp",
      "intel/compute-runtime@e37c60bf shared/source/compiler_interface/windows/os_compiler_cache_helper.cpp",
      "intel/compute-runtime@e37c60bf programmers-guide/COMPILER_CACHE.md",
    ],
    verified: "read",
    evidence: "read in source",
  },
  {
    id: "intel-neo-cache-legacy",
    vendor: "Intel",
    title: "NEO compute-runtime legacy cl_cache (driver < 24.17)",
    kind: "kernel-cache",
    platforms: ["linux", "windows"],
    byDefault: "off",
    state:
      "OFF unless the directory exists; then ON without any variable. In 23.35-24.16 the same lookup runs when NEO_CACHE_PERSISTENT=0, i.e. switching the new cache off re-enables the legacy one if the directory exists.",
    trigger: {
      variables: { cl_cache_dir: "directory (since tag 20.32.17625)", l0_cache_dir: "directory (Level Zero)" },
      files: [
        "directory ./cl_cache in the current working directory",
        "directory ./l0_cache in the current working directory",
      ],
    },
    writes: "<hash>.cl_cache device binaries",
    where: "./cl_cache, ./l0_cache (relative to working directory)",
    paths: ["cl_cache/**", "l0_cache/**", "*.cl_cache"],
    exposes: ["device-binary", "inlined-constants"],
    neutralise: {
      set: { cl_cache_dir: "/nonexistent", l0_cache_dir: "/nonexistent" },
      otherwise: "chdir to a directory without cl_cache/l0_cache (or refuse to run if one exists)",
      before: "dlopen of the driver / first clGetPlatformIDs in the process",
      notes: "Set, not unset: without the variables the driver looks for ./cl_cache and ./l0_cache.",
    },
    sources: [
      "intel/compute-runtime 864f42116c^ shared/source/compiler_interface/default_cache_config.cpp",
      "intel/compute-runtime commit 864f42116c (removal)",
    ],
    verified: "ran",
    evidence:
      "read in source; run here with Debian intel-opencl-icd 22.43.24595: an empty ./cl_cache directory was enough, it received f85aa07fe6f49652.cl_cache (1732 bytes). With ./cl_cache and cl_cache_dir=/nonexistent nothing was written anywhere.",
    checked: "2026-11-30",
    proof: { trigger: "intel-neo", vault: "harmless" },
  },
  {
    id: "intel-neo-debugkeys-aub",
    vendor: "Intel",
    title: "NEO compute-runtime debug keys: AUB capture",
    kind: "dump",
    platforms: ["linux"],
    byDefault: "off",
    state:
      "OFF. Linux release packages are compiled with PURGE_DEBUG_KEY_NAMES=0, so NEOReadDebugKeys=1 works in distribution drivers. Windows release: isDebugKeysReadEnabled() returns false.",
    trigger: {
      variables: {
        NEOReadDebugKeys: "1 makes a Linux release build read all debug keys",
        SetCommandStreamReceiver: "1 AUB, 3 HW and AUB (runs normally on the GPU and records)",
        ProductFamilyOverride: "e.g. skl",
        AUBDumpCaptureDirPath: "directory",
        AUBDumpCaptureFileName: "file",
        NEO_SetCommandStreamReceiver: "prefixed form",
        NEO_OCL_SetCommandStreamReceiver: "prefixed form",
        NEO_L0_SetCommandStreamReceiver: "prefixed form",
      },
      files: ["./igdrcl.config", "./neo.config (newer)"],
    },
    writes: "Full memory image of the submission: kernels AND buffer contents, i.e. decrypted weights and activations",
    where: "working directory, <product>_<config>_0_ocl.aub",
    paths: ["*.aub"],
    exposes: ["weights", "activations", "device-binary"],
    neutralise: {
      unset: ["NEOReadDebugKeys"],
      refuse: ["./igdrcl.config", "./neo.config (newer)"],
      otherwise: "keep igdrcl.config / neo.config out of the working directory",
      before: "dlopen of the driver / first clGetPlatformIDs in the process",
      notes:
        "Most damaging environment variable in the list. Unsetting NEOReadDebugKeys disables all the other keys of a release build; setting it to 0 was this entry's earlier answer, and was not run.",
    },
    sources: [
      "intel/compute-runtime@e37c60bf shared/source/debug_settings/debug_settings_manager.cpp injectSettingsFromReader",
      "intel/compute-runtime@e37c60bf shared/source/debug_settings/linux/debug_variables_helper.cpp",
      "intel/compute-runtime@e37c60bf shared/source/debug_settings/windows/debug_variables_helper.cpp",
      "intel/compute-runtime@e37c60bf CMakeLists.txt (PURGE_DEBUG_KEY_NAMES)",
    ],
    verified: "ran",
    evidence:
      "read in source; run here: Debian release driver 22.43, no GPU in the machine: a 624856-byte .aub held a 16-byte marker from a clCreateBuffer host pointer in clear. Mode 3 (with hardware) not run. In a vault (run here too) the app's variables made no device, and those of a backend captured into the vault's own directory, or nowhere.",
    checked: "2026-11-30",
    proof: { trigger: "intel-neo", vault: "harmless" },
  },
  {
    id: "intel-neo-debugkeys-file",
    vendor: "Intel",
    title: "NEO settings file in the current directory",
    kind: "dump",
    platforms: ["linux"],
    byDefault: "off",
    state:
      "If ./igdrcl.config exists it REPLACES the environment reader (SettingsReader::create). Only keys compiled as release keys are read without NEOReadDebugKeys.",
    trigger: {
      variables: { NEOReadDebugKeys: "1 still needed for debug keys in a release build" },
      files: ["./igdrcl.config", "./neo.config"],
    },
    writes: "whatever key is set",
    where: "working directory",
    exposes: ["weights", "device-binary"],
    neutralise: {
      unset: ["NEOReadDebugKeys"],
      refuse: ["./igdrcl.config", "./neo.config"],
      otherwise: "check the working directory for igdrcl.config and neo.config before loading the driver",
      before: "dlopen of the driver / first clGetPlatformIDs in the process",
    },
    sources: ["intel/compute-runtime@e37c60bf shared/source/utilities/debug_settings_reader.{h,cpp}"],
    verified: "ran",
    evidence:
      "read in source; run here: igdrcl.config with 2 keys plus NEOReadDebugKeys=1 produced the .aub. In a vault (run here too) the file isn't read.",
    checked: "2026-11-30",
    proof: { trigger: "intel-neo", vault: "harmless" },
  },
  {
    id: "intel-neo-debugkeys-dump",
    vendor: "Intel",
    title: "NEO DumpKernels, DumpKernelArgs, LogApiCalls, DumpZEBin, BinaryCacheTrace, DumpGraphOnInstantiate",
    kind: "dump",
    platforms: ["linux"],
    byDefault: "off",
    state:
      "OFF. DumpKernels/DumpKernelArgs/LogApiCalls go through FileLogger which is compiled out when the debug level is none (release packages); DumpZEBin is not guarded by it.",
    trigger: {
      variables: {
        DumpKernels: "1",
        DumpKernelArgs: "1 (writes <kernel>_arg_<i>_..bin, i.e. buffers)",
        LogApiCalls: "1",
        OverrideIgdrclLogFileName: "file",
        DumpZEBin: "1 -> dumped_zebin_module.elf",
        BinaryCacheTrace: "1 -> .trace",
        ForceLoggingDirectory: "directory",
        PrintDebugMessages: "1",
      },
    },
    writes:
      "source text, program binaries, kernel argument buffers (weights) - in internal/debug builds; zebin in release with NEOReadDebugKeys=1",
    where: "working directory; programBinary.bin, igdrcl_<pid>.log",
    paths: ["programBinary.bin", "igdrcl_*.log", "dumped_zebin_module.elf", "*_arg_*.bin"],
    exposes: ["kernel-source", "device-binary", "weights"],
    neutralise: { unset: ["NEOReadDebugKeys"], before: "dlopen of the driver / first clGetPlatformIDs in the process" },
    sources: [
      "intel/compute-runtime@e37c60bf shared/source/utilities/logger.{h,cpp}",
      "intel/compute-runtime@e37c60bf opencl/source/utilities/cl_logger.cpp",
      "intel/compute-runtime@e37c60bf shared/source/device_binary_format/device_binary_format_zebin.cpp",
    ],
    verified: "read",
    evidence:
      "read in source; run here on 22.43 release: the first three and DumpZEBin wrote nothing (22.43/SKL uses the patchtoken format, so DumpZEBin on zebin hardware remains untested)",
  },
  {
    id: "intel-neo-liboverride",
    vendor: "Intel",
    title: "NEO debug keys that choose libraries",
    kind: "code-injection",
    platforms: ["linux"],
    byDefault: "off",
    state: "OFF; newer drivers, Linux release only with NEOReadDebugKeys=1",
    trigger: {
      variables: {
        IgcLibraryName: "path",
        FinalizerLibraryName: "path",
        RequiredLibsBinarySearchPath: "directory",
        LoadBinarySipFromFile: "file",
        InjectApiBuildOptions: "build options",
        InjectInternalBuildOptions: "build options",
      },
    },
    writes: "nothing",
    exposes: ["code-exec"],
    neutralise: { unset: ["NEOReadDebugKeys"], before: "dlopen of the driver / first clGetPlatformIDs in the process" },
    sources: [
      "intel/compute-runtime@e37c60bf shared/source/helpers/compiler_product_helper_base.inl:51",
      "intel/compute-runtime@e37c60bf shared/source/compiler_interface/compiler_interface.cpp:661",
    ],
    verified: "read",
    evidence: "read in source; run here on 22.43: IgcLibraryName had NO effect (key newer than that driver)",
  },
])
