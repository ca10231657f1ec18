import { resolve } from "node:path"
import type { NvidiaChoice } from "@strongroom/backend-tfjs/setup"
import { type Command, Option } from "commander"
import { type CommonOptions, type Context, describeCommand } from "../command.js"
import type { Progress, Terminal } from "../terminal.js"

interface SetupCommandOptions extends CommonOptions {
  readonly folder?: string
  readonly compiler?: string
  /** Of tfjs-gpu. */
  readonly nvidia?: NvidiaChoice
}

/** `strongroom setup`: builds what can't be installed as it is. */
export function setupCommand(context: Context): Command {
  const group = describeCommand(
    "setup",
    "build engines that npm can't install everywhere",
    "strongroom setup tfjs-cpu",
    "Build an engine that its own installer downloads from where many machines can't reach. It goes into a folder of its " +
      "own, which npm doesn't touch: an app names it, as setupFolder of tfjs(); strongroom run finds the default one by " +
      "itself. What is there already is tried and left",
  )
  return group
    .addCommand(tfjs("tfjs-cpu", context))
    .addCommand(
      tfjs("tfjs-gpu", context).addOption(
        new Option(
          "--nvidia <when>",
          "whether to bring NVIDIA's CUDA 12 and cuDNN too (2.8 GB to download, 4 GB on disk): auto, where there is an " +
            "NVIDIA GPU and TensorFlow doesn't use it without them; always, for an image made where there is no GPU; or never",
        )
          .choices(["auto", "always", "never"] satisfies NvidiaChoice[])
          .default("auto" satisfies NvidiaChoice),
      ),
    )
}

function tfjs(name: "tfjs-cpu" | "tfjs-gpu", context: Context): Command {
  const [engine, size] = name === "tfjs-cpu" ? ["tfjs-node", "270 MB"] : ["tfjs-node-gpu", "570 MB"]
  return describeCommand(
    name,
    `build @tensorflow/${engine}, with TensorFlow's library`,
    `strongroom setup ${name}`,
    `Build @tensorflow/${engine} on Linux x64: its npm package's C++ against the library in TensorFlow's wheel for ` +
      `Python (${size} to download; no Python is needed). Both are checked against hashes in this release. npm's registry ` +
      "and PIP_INDEX_URL say where from. What an interrupted run has downloaded is used by the next",
  )
    .option("--folder <path>", "where to (default: strongroom in XDG_DATA_HOME, ~/.local/share)")
    .option("--compiler <command>", "the C++ compiler (default: CXX, or g++, c++, clang++ or zig in PATH)")
    .action((options: SetupCommandOptions) => run(name, options, context))
}

async function run(name: "tfjs-cpu" | "tfjs-gpu", options: SetupCommandOptions, context: Context): Promise<void> {
  const terminal = context.terminal(options)
  // Imported here: no other command needs it.
  const { setUp } = await import("@strongroom/backend-tfjs/setup")
  const steps = stepsOf(terminal)
  try {
    const result = await setUp(name, {
      ...(options.folder !== undefined && { folder: resolve(options.folder) }),
      ...(options.compiler !== undefined && { compiler: options.compiler }),
      ...(options.nvidia !== undefined && { nvidia: options.nvidia }),
      signal: context.signal,
      onProgress: steps.update,
    })
    steps.end()
    const { isNew, place, tensorflow, isUsingGpuDevice, whyNoGpu } = result
    terminal.result(
      result,
      [
        `${isNew ? "Built" : "There already:"} ${place}`,
        `It works: TensorFlow ${tensorflow}, on ${isUsingGpuDevice ? "a GPU" : "the CPU"}.`,
        ...(whyNoGpu === undefined ? [] : [whyNoGpu]),
      ].join("\n"),
    )
  } finally {
    steps.end()
  }
}

/** A bar a step where it is known how long it is, and a remark where it isn't. */
function stepsOf(terminal: Terminal) {
  let current: string | undefined
  let bar: Progress | undefined
  const end = () => {
    bar?.end()
    bar = undefined
  }
  return {
    update(step: string, done: number, total: number): void {
      if (step !== current) {
        end()
        current = step
        if (total > 0) bar = terminal.progress(step)
        else terminal.note(`${step} ...`)
      }
      bar?.update(done, total)
    },
    end,
  }
}
