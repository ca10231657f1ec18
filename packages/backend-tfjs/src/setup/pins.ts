import type { SetupName } from "./place.js"

/** A file at a Python package index, with the only bytes that will do. */
export interface Wheel {
  readonly project: string
  readonly file: string
  /** Hex. */
  readonly sha256: string
  readonly byteLength: number
}

/**
 * TensorFlow for Linux on x64, of which the C library and its headers are used. Those are the same for every version of
 * Python; CUDA isn't in the second but loaded by it when it is there.
 */
export const tensorflowWheels: { readonly [name in SetupName]: Wheel } = {
  "tfjs-cpu": {
    project: "tensorflow-cpu",
    file: "tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl",
    sha256: "2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c",
    byteLength: 273829956,
  },
  "tfjs-gpu": {
    project: "tensorflow",
    file: "tensorflow-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl",
    sha256: "9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124",
    byteLength: 572440367,
  },
}

/** NVIDIA's libraries that TensorFlow's wheel names for its extra "and-cuda": CUDA 12.9, within the ranges given there. */
export const nvidiaWheels: readonly Wheel[] = [
  nvidia(
    "cublas",
    "12.9.1.4",
    "manylinux_2_27",
    581242350,
    "453611eb21a7c1f2c2156ed9f3a45b691deda0440ec550860290dc901af5b4c2",
  ),
  nvidia(
    "cuda-cupti",
    "12.9.79",
    "manylinux_2_25",
    10814997,
    "096bcf334f13e1984ba36685ad4c1d6347db214de03dbb6eebb237b41d9d934f",
  ),
  nvidia(
    "cuda-nvcc",
    "12.9.86",
    "manylinux2010_x86_64.manylinux_2_12",
    40546229,
    "5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0",
  ),
  nvidia(
    "cuda-nvrtc",
    "12.9.86",
    "manylinux2010_x86_64.manylinux_2_12",
    89568129,
    "210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4",
  ),
  nvidia(
    "cuda-runtime",
    "12.9.79",
    "manylinux2014_x86_64.manylinux_2_17",
    3493179,
    "25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3",
  ),
  nvidia(
    "cudnn",
    "9.9.0.52",
    "manylinux_2_27",
    781418458,
    "bdfc5081008c3f94ef237cffa6a79b6f7cd709e6018d6dfacf5a7fc7b4434b88",
  ),
  nvidia(
    "cufft",
    "11.4.1.4",
    "manylinux2014_x86_64.manylinux_2_17",
    200877592,
    "c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28",
  ),
  nvidia(
    "curand",
    "10.3.9.90",
    "manylinux_2_27",
    63619976,
    "b32331d4f4df5d6eefa0554c565b626c7216f87a06a4f56fab27c3b68a830ec9",
  ),
  nvidia(
    "cusolver",
    "11.7.5.82",
    "manylinux_2_27",
    338117415,
    "15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88",
  ),
  nvidia(
    "cusparse",
    "12.5.9.5",
    "manylinux2014_x86_64.manylinux_2_17",
    366449081,
    "b2f816d34a7bceab4cb00f0eaadb6a99fc9c285204da6401b42b952e4d61b77b",
  ),
  nvidia(
    "nccl",
    "2.30.7",
    "manylinux_2_18",
    303361239,
    "8ce1b8213f61f2bfac132e6df890af6450b77cbd140c6ce4e98cb0c2d8e678c9",
  ),
  nvidia(
    "nvjitlink",
    "12.9.86",
    "manylinux2010_x86_64.manylinux_2_12",
    39748338,
    "e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9",
  ),
]

function nvidia(name: string, version: string, platform: string, byteLength: number, sha256: string): Wheel {
  const project = `nvidia-${name}-cu12`
  const file = `${project.replaceAll("-", "_")}-${version}-py3-none-${platform}_x86_64.whl`
  return { project, file, sha256, byteLength }
}
