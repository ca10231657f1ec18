import type { CreateEngine } from "@strongroom/core/backend"
import { referenceEngine } from "../reference/engine.js"
import { type Defect, spoil } from "./defects.js"

/** The wrong backends' module: the reference engine with one defect. */
const createEngine: CreateEngine = async (options, host) => spoil[options as Defect](referenceEngine(), host)

export default createEngine
