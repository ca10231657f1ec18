import type { Measured, Network } from "./case.js"
import { amount, left, percent, size, written } from "./format.js"
import type { Study } from "./study.js"
import { comparisonTable, kindsTable, resultsTable, versions } from "./tables.js"

/** docs/what-a-kernel-cache-reveals.md: every figure in it is the study's. */
export function page({ date, machine, missing, measured }: Study): string {
  const one = (id: string) => measured.find((case_) => case_.id === id) as Measured
  const files = (id: string, network: Network) => percent(one(id).compared?.[network]?.files ?? 0)
  const values = (id: string) => percent(one(id).values?.found ?? 0)
  const windows = one("openvino-cpu").windows.known
  const vaults = measured.filter(({ id }) => id.startsWith("vault"))
  return `# What a kernel cache reveals

A vendor of encrypted models asked a driver's maker how to turn off the cache to which the driver writes compiled kernels, unencrypted, when an end user switches it on. The answer was that it can't be turned off, and that the risk is low. Is it? We found no published measurement, so here is one: what caches and dumps of seven drivers and runtimes hold of a real model.

In short: **the cache of kernels itself holds next to no weights, and tells which network it is. The caches and dumps beside it hold the weights.** "Low" is right for weights in a cache of kernels, on the three OpenCL drivers and the one real engine that were tried. It isn't for what else the same drivers and runtimes write, when an application sets an option or its user a variable.

Measured on ${date.slice(0, 10)}, ${machine.platform}, kernel ${machine.kernel}, Node ${machine.node}: ${versions(measured)}. No GPU was there: Intel's GPU driver compiled for one that isn't.${missing.length > 0 ? ` Not there, and left out: ${missing.join(", ")}.` : ""}

## How it was measured

Each program ran under [\`audit\`](../packages/audit), which sees every file that it and its children write, also those that they remove at once; then [\`leak\`](../packages/audit#what-a-cache-gives-away) read what was left. Homes, temporary and working directories were new for each.

- **The model** is PP-OCRv4's recognition network (10.8 MB of ONNX, float32); "another network" is PP-OCR's text direction classifier. For TensorFlow both were converted to SavedModels, which give the same results. For OpenCL by itself, a bundle of kernels was written as engines write them: general names, shapes as macros, the model's filters and matrices in buffers, and two tables of a normalisation in the source. It does the arithmetic over the real weights, but isn't the network.
- **Weights** are counted in windows: 64 bytes at a multiple of 64 of the model's file, ${windows.toLocaleString("en")} of them, found at any offset and counted once. A window that was converted, transposed, reordered or folded into another isn't found. So a share is a lower bound, and 0% is no proof.
- **Names** are the model's own names of layers and tensors. **Score** is \`leak\`'s, from 0 to 100: it asks which kinds of things are there, not how much of each; a few inlined constants count as weights do.

## Results

"User" is a folder or variable that any user of the application can set; "app" an option that the application chooses. "Weights" is the share of windows in what is left when the program has ended, and, where that differs, "of" the share in all that was written.

${resultsTable(measured)}

Can the network be told from its cache, by somebody who has run candidates and kept their caches?

${comparisonTable(measured)}

## What holds of "the risk is low"

**Weights that are buffers aren't in compiled kernels.** True here for PoCL, Intel's GPU driver and Intel's CPU runtime: of the model's windows ${left(one("pocl"))} were in PoCL's cache and ${left(one("neo-cache"))} in Intel's, and all of these are the two tables that the source had inlined. OpenVINO's GPU plugin, a real engine, left ${left(one("openvino-gpu-cl-cache"))} in a \`cl_cache\` that a user made.

**Several of them write nothing by themselves.** Intel's GPU driver ${one("neo").written.files} files (this version; later ones cache by default, [surfaces](surfaces.md)), Intel's CPU runtime ${one("intel-cpu").written.files}. OpenVINO, TensorFlow and ONNX Runtime wrote nothing of the model by default: settings, an installation's number, telemetry. TensorFlow left Python code that it made of a function, compiled, in the temporary directory (\`tf-autograph-source\`).

**Machine code of oneDNN holds little.** Its dump has no name and no weight.

## What doesn't hold

**1. Kernels hold what was inlined.** Constants in the source are in the binary byte for byte: ${one("neo-cache").windows.left} windows in each of the caches, which is everything that was inlined. An engine that inlines a normalisation, a quantisation's scales or a small layer ships it in the cache.

**2. A kernel cache isn't only machine code.** PoCL keeps LLVM bitcode (${size(amount(one("pocl"), "intermediate"))} of it), and writes the source text for a moment, behind headers of its own: ${size(one("pocl").written.bytes)} were written and ${size(one("pocl").left.bytes)} left. With \`POCL_KERNEL_CACHE=0\` it writes the same, and removes it at the end. One variable keeps the source. Intel's own \`cl_cache\` has machine code with ${amount(one("openvino-gpu-cl-cache"), "kernels")} names in it, of OpenVINO's kernels and their arguments; but the \`*.cl_cache\` files that OpenVINO's GPU plugin keeps itself have SPIR-V of its kernels beside the machine code (${size(amount(one("openvino-gpu-cache"), "intermediate"))}), and build options. In one folder, \`IGC_ShaderDumpEnable=1\` puts ${one("neo-igc").left.files} files, source text to assembly.

**3. A cache tells which network runs.** The same network gives nearly the same cache: ${files("neo-cache", "studied")} equal files in Intel's, ${files("openvino-gpu-cl-cache", "studied")} in that of OpenVINO's GPU plugin; another network ${files("neo-cache", "other")} and ${files("openvino-gpu-cl-cache", "other")}, layers of one shape. Other weights change ${files("neo-cache", "retrained") === "100%" ? "nothing" : "only the program with the inlined tables"} (${files("neo-cache", "retrained")} equal): what is recognised is the architecture, not the training. Where kernels have general names, as in this bundle, names don't tell two networks apart, and \`leak\` takes them alone for no more than "related": equal files, or lengths of code, tell.

**4. Two variables of the same driver dump the weights.** \`SetCommandStreamReceiver\` with \`NEOReadDebugKeys\` writes what would go to the GPU: one \`.aub\` file of ${size(one("neo-aub").left.bytes)} with ${left(one("neo-aub"))} of the model. On a machine with a GPU value 3 is said to do it while the GPU goes on working (not tried). Where it does, whoever can switch on the cache can have the weights instead.

**5. OpenVINO's model cache is the model.** With \`CACHE_DIR\` the CPU plugin leaves a blob with the graph, hidden by a key of 12 bytes that everybody has (${one("openvino-cpu-cache").names.left} names were read), and weights in the clear: ${left(one("openvino-cpu-cache"))} of the windows, ${values("openvino-cpu-cache")} of the model's numbers. The rest is there in other numbers, as scales that were folded into filters: the blob runs without the model, and gives what it gave (a test does it). The application's own encryption (\`CACHE_ENCRYPTION_CALLBACKS\`) hides the graph and the names (${one("openvino-cpu-encrypted").names.left} left), and not one byte of the weights: ${left(one("openvino-cpu-encrypted"))} as before.

**6. On the GPU plugin the callbacks hide the blob and not the kernels.** Without them ${one("openvino-gpu-cache").names.left} of the model's names are in what is left, with them ${one("openvino-gpu-encrypted").names.left}; the \`*.cl_cache\` files beside the blob stay as they were, ${size(amount(one("openvino-gpu-encrypted"), "intermediate"))} of SPIR-V in them. What the blob has of the weights can't be said here: they come back from the GPU, and there is none.

**7. A variable dumps the whole model from release builds.** \`OV_ENABLE_SERIALIZE_TRACING=1\` made OpenVINO write it after every pass: ${one("openvino-cpu-serialize").left.files} files, ${size(one("openvino-cpu-serialize").left.bytes)}, ${left(one("openvino-cpu-serialize"))} of the weights. TensorFlow's graph dumps have ${left(one("tensorflow-graph"))} of a frozen model, and its XLA dumps ${left(one("tensorflow-xla"))}; a program that doesn't ask for XLA is made to use it by a variable (${left(one("tensorflow-xla-forced"))}). In text the graph dump has ${left(one("tensorflow-graph-text"))} by this count, because weights are escapes there, which \`audit\` doesn't read; a test reads them, and they are there.

**8. Where weights are variables, TensorFlow's dumps have names and no weights**: ${left(one("tensorflow-graph-variables"))} and ${left(one("tensorflow-xla-variables"))} for the two. How a model was exported decides whether a dump gives it away.

**9. An optimised model is a copy.** ONNX Runtime's has ${left(one("onnxruntime-optimised"))} of the windows and ${values("onnxruntime-optimised")} of the numbers; XLA's persistent cache, meant for compiled code, ${left(one("tensorflow-xla-cache"))} of a frozen model.

**10. A profile is most of the graph.** ONNX Runtime's has every node in its order, with its operator, its name, and the shapes of what it takes and gives (a test reads them). The count above has ${one("onnxruntime-profile").names.left} names for it, because each ends in \`_kernel_time\` there: \`audit\` takes whole words.

## In a vault

The same model, sealed, in [Strongroom's vault](guarantees.md) under the same audit: ${vaults.map((case_) => `${case_.subject.replace("Vault, ", "")} ${case_.written.files} files on disk, ${written(case_)} of the windows in anything written`).join("; ")}; nothing was left by any. What PoCL writes goes to the vault's own tmpfs (${one("vault-pocl").inMemory.files} files here), which no other process of the user can open, and which is gone with it; there, and only there, are the inlined tables. Intel's driver found a \`cl_cache\` in the working directory, as above, and ignored it, since the vault's is another. Without a GPU that driver works by its debug keys alone, so here the application itself gave them to the vault; a user's variables don't reach one.

## What closes each

| finding | closed by |
|---|---|
| kernel caches (1, 2, 3) | a private directory in memory, or the variables in [surfaces.md](surfaces.md); PoCL's source files can't be avoided, only kept private |
| \`.aub\` and IGC's dumps (2, 4) | an environment without \`NEOReadDebugKeys\` and \`IGC_*\`, and a working directory without \`igdrcl.config\` |
| OpenVINO's cache (5, 6) | no \`CACHE_DIR\`: export to memory and seal the whole blob; on the GPU also a private \`cl_cache_dir\` |
| dumps by variable (7, 8) | an environment built from nothing: \`OV_*\`, \`TF_*\`, \`XLA_FLAGS\` and \`ONEDNN_*\` by name are not all there are |
| optimised copies, profiles (9, 10) | not to write them; or to a file that is then sealed |

## Limits

- One model, one machine, no GPU. Intel's driver is 22.43; drivers from 23.35 on write another format, by default, and neither that nor NVIDIA's or AMD's was there. The GPU plugin's kernels were compiled, their results never computed.
- Lower bounds, as said: weights that were reordered count only where a share of numbers is given (distinct numbers of float32, at any offset and in any order; by chance ${percent(one("openvino-cpu-cache").values?.byChance ?? 0)}, seen in the other network's cache), those converted to another type not at all.
- The bundle for OpenCL by itself was written for this study, so that its names and what it inlines were our choice; OpenVINO's GPU plugin is the check on a real engine.
- The score says which kinds are there. It is no probability, and two caches of one score can differ by all that matters: ${one("tensorflow-graph-variables").windows.left} window of ${one("tensorflow-graph-variables").windows.known.toLocaleString("en")} gives TensorFlow's dump without weights the same ${one("tensorflow-graph-variables").leak.score} as the dump with them.
- TensorFlow 2.21's \`--xla_dump_hlo_snapshots\`, which should write arguments and so variables too, ended the process (SIGSEGV). With callbacks OpenVINO's GPU plugin crashed as its program ended, after the cache was written. On that plugin \`.aub\` was not tried.

## What each wrote

The largest kinds first, each with the size of all that was written of it.

${kindsTable(measured)}

## To run it again

\`npm run study -- --record\` installs the drivers and runtimes (3 GB, in \`.cache\`), measures every case and writes [docs/results/study.json](results/study.json); \`npm run study -- neo\` measures those whose ids begin so. This page is written from that file: \`npx vitest run --update\` in \`apps/study\`, where tests hold the sentences above against the figures. \`npm run test:full\` makes OpenVINO's and TensorFlow's findings happen again, smaller (\`packages/audit/test/runtimes.test.ts\`).
`
}
