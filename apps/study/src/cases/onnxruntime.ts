import { join } from "node:path"
import type { Case } from "../case.js"
import type { Prepared } from "../prepare.js"
import { node, program } from "../programs.js"
import type { Setting } from "./setting.js"

export function onnxruntime({ models }: Prepared): readonly Case[] {
  const one = (id: string, setting: Setting, options: (cache: string) => object = () => ({})): Case => ({
    id,
    subject: "ONNX Runtime",
    ...setting,
    run: ({ cache }, network) => ({
      command: node,
      args: [
        program("onnxruntime.mjs"),
        models[network === "other" ? "other" : "studied"],
        JSON.stringify(options(cache)),
      ],
      model: [models.studied],
    }),
  })
  return [
    one("onnxruntime", { setting: "", by: "nobody" }),
    one(
      "onnxruntime-optimised",
      { setting: "optimizedModelFilePath", by: "program", cache: "cache", values: true },
      (cache) => ({ optimizedModelFilePath: join(cache, "optimised.onnx") }),
    ),
    one("onnxruntime-profile", { setting: "enableProfiling", by: "program" }, () => ({
      enableProfiling: true,
      profileFilePrefix: "profile",
    })),
  ]
}
