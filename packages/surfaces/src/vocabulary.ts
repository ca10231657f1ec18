// The closed lists that entries are written in. A test holds every entry to them.

/** What a surface is. */
export const kinds = {
  "kernel-cache": "compiled kernels, kept for later",
  "graph-cache": "compiled or optimised models, kept for later",
  autotune: "measured choices of algorithms, kept for later",
  "temporary-file": "files of a compiler or of the system that are meant to go again",
  dump: "dumps, logs, traces and telemetry",
  "code-injection": "a library, program or script of the user's choice that runs with the plaintext",
  "memory-access": "another process reads the memory",
} as const

export type Kind = keyof typeof kinds

/** What of a model a surface gives away. */
export const exposures = {
  weights: "values of the weights",
  graph: "the network: operators, their order, shapes, names",
  activations: "inputs, outputs and what is computed between them",
  "kernel-source": "source text of kernels",
  ir: "kernels in an intermediate language: LLVM bitcode, SPIR-V, HLO, NIR, PTX",
  "device-binary": "machine code of kernels",
  "inlined-constants": "constants of the model that a compiler put into kernels",
  metadata: "names, shapes, versions, timings",
  keys: "keys and identities",
  "code-exec": "everything: code of the user's choice runs in the process",
  "mitigation-failure": "nothing by itself: a way to close other surfaces doesn't work",
} as const

export type Exposure = keyof typeof exposures

/** How it was established that a surface does what its entry says. From the strongest to the weakest. */
export const verifications = {
  ran: "it was made to happen, by this project, with what the entry's evidence names",
  read: "read in the source, or the names were found in a released binary; not run",
  documented: "read in the maker's documentation; not run",
  reported: "said by others, or known from memory; neither run nor read: a lead",
} as const

export type Verification = keyof typeof verifications

export const platforms = ["linux", "windows", "macos", "browser"] as const

export type Platform = (typeof platforms)[number]
