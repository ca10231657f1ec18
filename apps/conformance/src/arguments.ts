import { parseArgs } from "node:util"
import { engines } from "./engine.js"

export interface Arguments {
  readonly engine: string
  /** A name of scripts/lib/drivers.mjs; of the engine that needs one. */
  readonly driver: string | undefined
  /** Of `kind/name`. */
  readonly filter: RegExp | undefined
  readonly json: string | undefined
  readonly record: boolean
  readonly secondsPerCase: number
  readonly processes: number
}

/** @throws Error that says what is wrong with them. */
export function readArguments(given: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...given],
    options: {
      engine: { type: "string", default: "opencl" },
      driver: { type: "string" },
      filter: { type: "string" },
      json: { type: "string" },
      record: { type: "boolean", default: false },
      timeout: { type: "string", default: "120" },
      processes: { type: "string", default: "1" },
    },
  })
  const { engine, filter, json, record } = values
  if (engines[engine] === undefined) throw new Error(`--engine is ${Object.keys(engines).join(" or ")}, not ${engine}.`)
  return {
    engine,
    driver: engine.startsWith("opencl") ? (values.driver ?? "pocl") : undefined,
    filter: filter === undefined ? undefined : new RegExp(filter),
    json,
    record,
    secondsPerCase: positive("timeout", values.timeout),
    processes: positive("processes", values.processes),
  }
}

function positive(name: string, text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} is an integer from 1, not ${text}.`)
  return value
}
