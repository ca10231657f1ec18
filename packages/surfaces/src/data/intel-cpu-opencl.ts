import { define } from "../define.js"

export const surfaces = define("intel-cpu-opencl", [
  {
    id: "intel-cpu-opencl",
    vendor: "Intel",
    title: "Intel CPU OpenCL runtime (oneAPI): dumps and logs of its configuration",
    kind: "dump",
    platforms: ["linux", "windows"],
    byDefault: "off",
    state: "OFF",
    trigger: {
      variables: {
        "CL_CONFIG_*": "each overrides the line of that name in cl.cfg",
        CL_CONFIG_DUMP_BIN: "True: writes .bin",
        CL_CONFIG_DUMP_ASM: "dump.asm was tried: writes .s, under the prefix",
        CL_CONFIG_DUMP_DISASSEMBLY: "True: writes .asm",
        CL_CONFIG_DUMP_FILE_NAME_PREFIX: "beginning of the names",
        CL_CONFIG_DUMP_IR_BEFORE_OPTIMIZER: "wrote nothing with True",
        CL_CONFIG_DUMP_IR_AFTER_OPTIMIZER: "wrote nothing with a file name",
        CL_CONFIG_USER_LOGGER: "True",
        CL_CONFIG_LOG_FILE: "file; the pid is added",
      },
      files: ["cl.cfg next to libintelocl"],
    },
    writes: "machine code as object file and as assembly, with kernel names; a log of calls",
    where: "working directory: <prefix>_<n>_<hash>.bin, .asm, .s",
    paths: ["*_????????????????.bin", "*_????????????????.asm", "*_????????????????.s"],
    exposes: ["device-binary", "metadata"],
    neutralise: { unsetPrefixes: ["CL_CONFIG_"], before: "dlopen of libintelocl" },
    sources: ["strings of libintelocl.so.2026.22.10.0, PyPI intel-opencl-rt", "cl.cfg of the same wheel"],
    verified: "ran",
    evidence:
      "run here, 2026.22.10: DUMP_BIN, DUMP_ASM and DUMP_DISASSEMBLY together wrote .bin, .asm and .s, each with the kernel's name; LOG_FILE and USER_LOGGER a log of 221 bytes without it. Without variables it compiles in memory and writes nothing. The names CL_CONFIG_DUMP_IR and others of older releases are not in this one.",
    checked: "2026-11-30",
    proof: { trigger: "intel-cpu-opencl", vault: "harmless" },
  },
  {
    id: "intel-cpu-opencl-code",
    vendor: "Intel",
    title: "Intel CPU OpenCL runtime (oneAPI): code and IR of the user's choice",
    kind: "code-injection",
    platforms: ["linux", "windows"],
    byDefault: "off",
    state: "OFF",
    trigger: {
      variables: {
        OCLBACKEND_PLUGINS: "libraries",
        CL_CONFIG_REPLACE_IR_BEFORE_OPTIMIZER: "file",
        CL_CONFIG_REPLACE_IR_AFTER_OPTIMIZER: "file",
        CL_CONFIG_FORCE_PROFILE_LIB_PATH: "library",
        CL_CONFIG_LLVM_OPTIONS: "options of LLVM",
      },
    },
    writes: "nothing",
    exposes: ["code-exec"],
    neutralise: { unset: ["OCLBACKEND_PLUGINS"], unsetPrefixes: ["CL_CONFIG_"], before: "dlopen of libintelocl" },
    sources: ["strings of libintelocl.so.2026.22.10.0, PyPI intel-opencl-rt"],
    verified: "read",
    evidence: "the names are in the library's strings; what they do was not tried",
    checked: "2026-11-30",
  },
  {
    id: "intel-cpu-opencl-runpath",
    vendor: "Intel",
    title: "Intel CPU OpenCL runtime (oneAPI) 2026.22.10: looks for libraries in the working directory",
    kind: "code-injection",
    platforms: ["linux"],
    byDefault: "on",
    state:
      "ON: RUNPATH is $ORIGIN and sixty empty entries, which the loader takes for the working directory, and searches before the system's folders",
    trigger: {
      files: ["./libz.so.1, ./librt.so.1", "./glibc-hwcaps/<level>/ of the same names"],
      variables: {
        LD_LIBRARY_PATH: "comes before RUNPATH: what is found there isn't looked for in the working directory",
      },
    },
    writes: "nothing",
    exposes: ["code-exec", "weights", "keys"],
    neutralise: {
      refuse: ["./libz.so.1, ./librt.so.1", "./glibc-hwcaps/<level>/ of the same names"],
      otherwise:
        "be in a directory that nobody else can write when the driver is loaded; or take the empty entries out of the library (patchelf --set-rpath '$ORIGIN')",
      before: "dlopen of libintelocl",
      notes: "What the process, or the wheel's own folder, has under these names already isn't looked for.",
    },
    sources: [
      "readelf -d of libintelocl.so.2026.22.10.0, PyPI intel-opencl-rt 2026.2.0",
      "glibc elf/dl-load.c fillin_rpath: an empty entry is the working directory",
    ],
    verified: "ran",
    evidence:
      "run here, PyPI intel-opencl-rt 2026.2.0 in Node: a libz.so.1 or librt.so.1 planted in the working directory ran its constructor, and the driver worked on: Node itself has zlib's functions, and librt none that are asked for. By strace both are looked for there, and in glibc-hwcaps/x86-64-v4 and below, with LD_LIBRARY_PATH naming the wheel's folder and without it. In a program that has no zlib a planted library must have its functions, or the loader refuses it before it runs (BIND_NOW; not run). No other library of the wheel has such an entry.",
    checked: "2026-11-30",
    proof: { trigger: "intel-cpu-opencl", vault: "harmless" },
  },
])
