import { parseArgs } from "node:util"

export type Command =
  | { readonly name: "help" | "version" }
  | { readonly name: "info"; readonly json: boolean; readonly timeoutMilliseconds: number }

export const help = `Usage: npx @strongroom/opencl info [options]

Lists the OpenCL drivers of this machine, with their platforms and devices. Each driver is asked in a process of its own,
so that one that crashes or hangs is named, and takes nobody along.

Options:
  --json               print one JSON object
  --timeout <seconds>  how long a driver may take to answer (default: 20)
  -h, --help           print this
  -V, --version        print the version

Exit codes:
  0  there is a device, and no driver does harm
  1  there is no device, no driver, or no OpenCL
  2  misuse
  3  there is a device, and a driver that crashes, ends or blocks every process that loads OpenCL

Variables: OCL_ICD_VENDORS and OCL_ICD_FILENAMES choose drivers, STRONGROOM_OPENCL_LIBRARY another OpenCL library.`

/** @throws TypeError for anything that isn't in the help, with what to do */
export function parseCommand(values: readonly string[]): Command {
  const { values: options, positionals } = parse(values)
  if (options.help) return { name: "help" }
  if (options.version) return { name: "version" }
  const [command, extra] = positionals
  if (command !== "info" || extra !== undefined) {
    const got = positionals.length === 0 ? "nothing" : `"${positionals.join(" ")}"`
    throw new TypeError(`The command is "info", but got ${got}. --help shows all.`)
  }
  return { name: "info", json: options.json === true, timeoutMilliseconds: milliseconds(options.timeout ?? "20") }
}

const options = {
  json: { type: "boolean" },
  timeout: { type: "string" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "V" },
} as const

function parse(values: readonly string[]) {
  try {
    return parseArgs({ args: [...values], allowPositionals: true, options })
  } catch (error) {
    const [sentence] = (error as Error).message.split(". ")
    throw new TypeError(`${sentence}. --help shows all.`)
  }
}

function milliseconds(seconds: string): number {
  const value = Number(seconds)
  if (!(value > 0 && value <= 3600))
    throw new TypeError(`--timeout needs a number of seconds above 0 and up to 3600, but got "${seconds}".`)
  return value * 1000
}
