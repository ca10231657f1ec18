import { join } from "node:path"
import type { Case } from "../case.js"
import type { Prepared } from "../prepare.js"
import { auditProgram } from "../programs.js"
import type { Setting } from "./setting.js"

export function tensorflow({ runtimes, savedModels }: Prepared): readonly Case[] {
  const one = (
    id: string,
    setting: Setting,
    form: "variables" | "constants",
    isCompiled: boolean,
    environment: (work: string, cache: string) => Record<string, string> = () => ({}),
  ): Case => ({
    id,
    subject: `TensorFlow, weights as ${form}${isCompiled ? ", jit_compile" : ""}`,
    ...setting,
    run: ({ work, cache }, network) => {
      const folder = join(savedModels[network === "other" ? "other" : "studied"], form)
      const weights = join(savedModels.studied, form)
      return {
        command: runtimes.tensorflow as string,
        args: [auditProgram("tensorflow_model.py"), folder, ...(isCompiled ? ["jit"] : [])],
        environment: { TF_CPP_MIN_LOG_LEVEL: "2", ...environment(work, cache) },
        model: [
          join(weights, "saved_model.pb"),
          ...(form === "variables" ? [join(weights, "variables/variables.data-00000-of-00001")] : []),
        ],
      }
    },
  })
  const nobody = { setting: "", by: "nobody" } as const
  const user = (setting: string) => ({ setting, by: "user" }) as const
  const graph = (work: string) => ({ TF_DUMP_GRAPH_PREFIX: join(work, "dump"), TF_DUMP_GRAPH_NAME_FILTER: "*" })
  const binary = (work: string) => ({ ...graph(work), TF_DUMP_GRAPH_FMT: "BIN" })
  const xla = (work: string) => ({ XLA_FLAGS: `--xla_dump_to=${join(work, "dump")} --xla_dump_hlo_as_proto` })
  return [
    one("tensorflow", nobody, "variables", true),
    one("tensorflow-constants", nobody, "constants", false),
    one("tensorflow-graph-text", user("TF_DUMP_GRAPH_PREFIX, _NAME_FILTER"), "constants", false, graph),
    one("tensorflow-graph", user("TF_DUMP_GRAPH_PREFIX, _NAME_FILTER, _FMT=BIN"), "constants", false, binary),
    one("tensorflow-graph-variables", user("the same"), "variables", false, binary),
    one("tensorflow-xla", user("XLA_FLAGS=--xla_dump_to, --xla_dump_hlo_as_proto"), "constants", true, xla),
    one("tensorflow-xla-variables", user("the same"), "variables", true, xla),
    one("tensorflow-xla-forced", user("the same and TF_XLA_FLAGS=--tf_xla_auto_jit=2"), "constants", false, (work) => ({
      ...xla(work),
      TF_XLA_FLAGS: "--tf_xla_auto_jit=2 --tf_xla_cpu_global_jit",
    })),
    one(
      "tensorflow-xla-cache",
      user("TF_XLA_FLAGS=--tf_xla_persistent_cache_directory"),
      "constants",
      true,
      (_, cache) => ({ TF_XLA_FLAGS: `--tf_xla_persistent_cache_directory=${cache}` }),
    ),
  ]
}
