import { define } from "../define.js"

export const surfaces = define("onnxruntime-providers", [
  {
    id: "ort-tensorrt",
    vendor: "Microsoft/NVIDIA",
    title: "ONNX Runtime TensorRT EP",
    kind: "graph-cache",
    platforms: ["linux", "windows"],
    byDefault: "off",
    state: "OFF",
    trigger: {
      variables: {
        ORT_TENSORRT_ENGINE_CACHE_ENABLE: "1",
        ORT_TENSORRT_CACHE_PATH: "directory",
        ORT_TENSORRT_ENGINE_CACHE_PATH: "old name",
        ORT_TENSORRT_DUMP_SUBGRAPHS: "1",
        ORT_TENSORRT_ENGINE_DECRYPTION_ENABLE: "1",
        ORT_TENSORRT_ENGINE_DECRYPTION_LIB_PATH: "library loaded",
        ORT_TENSORRT_TIMING_CACHE_ENABLE: "1",
        ORT_TENSORRT_DUMP_EP_CONTEXT_MODEL: "1",
        ORT_TENSORRT_EXTRA_PLUGIN_LIB_PATHS: "libraries",
        ORT_TENSORRT_INT8_CALIBRATION_TABLE_NAME: "file",
      },
      api: [
        "trt_engine_cache_enable",
        "trt_engine_cache_path",
        "trt_dump_subgraphs",
        "trt_engine_decryption_lib_path",
        "trt_dump_ep_context_model",
      ],
    },
    writes: "TensorRT engine = weights; dumped subgraph = weights",
    where: "working directory or cache path: *.engine, *.profile, *.timing, <subgraph>.onnx",
    paths: ["*.engine", "*.profile", "*.timing"],
    exposes: ["weights", "graph", "code-exec"],
    neutralise: {
      unsetPrefixes: ["ORT_TENSORRT_"],
      refuse: [
        "trt_engine_cache_enable",
        "trt_engine_cache_path",
        "trt_dump_subgraphs",
        "trt_engine_decryption_lib_path",
        "trt_dump_ep_context_model",
      ],
      otherwise:
        "set trt_engine_cache_enable=0 and trt_dump_subgraphs=0 explicitly (options take precedence, recalled)",
      before: "EP creation",
    },
    sources: [
      "microsoft/onnxruntime onnxruntime/core/providers/tensorrt/tensorrt_execution_provider.h (tensorrt_env_vars)",
    ],
    verified: "read",
    evidence:
      "read in source for the names up to DECRYPTION_LIB_PATH and INT8; TIMING_CACHE, DUMP_EP_CONTEXT, EXTRA_PLUGIN recalled",
  },
  {
    id: "ort-coreml",
    vendor: "Microsoft/Apple",
    title: "ONNX Runtime CoreML EP",
    kind: "graph-cache",
    platforms: ["macos"],
    byDefault: "on",
    state: "ALWAYS writes: the ONNX subgraph is converted to a CoreML model on disk and compiled",
    trigger: {
      variables: { TMPDIR: "macOS temp dir" },
      api: ["ModelCacheDirectory", "ModelFormat=MLProgram|NeuralNetwork"],
    },
    writes:
      "MLProgram: weight.bin with every initialiser of >= 10 elements; NeuralNetwork: .mlmodel. Weights in clear.",
    where:
      "NSTemporaryDirectory()/onnxruntime-<uuid> (deleted at session close; left after a kill), or ModelCacheDirectory (never deleted)",
    paths: [
      "onnxruntime-????????-????-????-????-????????????",
      "onnxruntime-????????-????-????-????-????????????/**",
      "com.apple.e5rt.e5bundlecache/**",
    ],
    exposes: ["weights", "graph"],
    neutralise: {
      refuse: ["ModelCacheDirectory", "ModelFormat=MLProgram|NeuralNetwork"],
      otherwise: "do not offer the CoreML EP for encrypted models; no option keeps it in memory",
      before: "session creation",
      notes:
        "Apple also keeps compiled bundles in its own caches (recalled: ~/Library/Caches/<bundle>/com.apple.e5rt.e5bundlecache).",
    },
    sources: [
      "microsoft/onnxruntime onnxruntime/core/providers/coreml/builders/model_builder.cc ShouldWriteInitializerToWeightsFile",
      "onnxruntime/core/providers/coreml/model/host_utils.mm GetTemporaryFilePath",
      "https://github.com/microsoft/onnxruntime/pull/23065",
      "https://github.com/microsoft/onnxruntime/issues/26023 (files accumulate in tmp after kills)",
    ],
    verified: "read",
    evidence: "read in source",
  },
  {
    id: "ort-openvino-ep",
    vendor: "Microsoft/Intel",
    title: "ONNX Runtime OpenVINO EP",
    kind: "graph-cache",
    platforms: ["linux", "windows"],
    byDefault: "off",
    state: "OFF without cache_dir",
    trigger: {
      variables: { "ORT_OPENVINO_*": "debug variables" },
      api: [
        "cache_dir",
        "load_config (JSON can set CACHE_DIR)",
        "ep.context_enable",
        "ep.context_file_path",
        "ep.context_embed_mode",
      ],
    },
    writes: "compiled blob (weights unless weightless mode), cl_cache files, EP context model",
    where: "cache_dir",
    exposes: ["weights", "graph", "device-binary"],
    neutralise: {
      refuse: [
        "cache_dir",
        "load_config (JSON can set CACHE_DIR)",
        "ep.context_enable",
        "ep.context_file_path",
        "ep.context_embed_mode",
      ],
      otherwise: "never set cache_dir; reject ep.context_* and load_config in pass-through",
      before: "EP creation",
    },
    sources: [],
    verified: "reported",
    evidence: "from memory",
  },
])
