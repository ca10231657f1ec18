import { readFile } from "node:fs/promises"

/** Of all processors since the machine's start, in the kernel's ticks. */
export interface ProcessorTime {
  /** What programs had. */
  readonly had: number
  /** What they waited for while the host of a virtual machine gave it to others; 0 on hardware of one's own. */
  readonly stolen: number
}

/** From /proc/stat; `undefined` where there is none. */
export async function processorTime(): Promise<ProcessorTime | undefined> {
  const text = await readFile("/proc/stat", "utf8").catch(() => undefined)
  return text === undefined ? undefined : parseProcessorTime(text)
}

/** `cpu  user nice system idle iowait irq softirq steal ...`: proc_stat(5). Guests' time is in user's already. */
export function parseProcessorTime(text: string): ProcessorTime {
  const [first = ""] = text.split("\n", 1)
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, stolen = 0] = first.split(/\s+/).slice(1).map(Number)
  return { had: user + nice + system + irq + softirq, stolen }
}

/** Of what programs asked for between two moments, what they didn't get, in %. */
export function stolenPercent(from: ProcessorTime | undefined, to: ProcessorTime | undefined): number | undefined {
  if (from === undefined || to === undefined) return undefined
  const [had, stolen] = [to.had - from.had, to.stolen - from.stolen]
  return had + stolen === 0 ? 0 : (100 * stolen) / (had + stolen)
}
