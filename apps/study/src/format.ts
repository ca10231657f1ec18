import type { Measured } from "./case.js"

/** `43.7%`; what is there is never `0.0%`, and what is not all never `100.0%`. */
export function percent(share: number): string {
  const tenths = Math.floor(share * 1000 + 1e-9)
  return share > 0 && tenths === 0 ? "under 0.1%" : `${(tenths / 10).toFixed(1)}%`.replace(".0%", "%")
}

/** `10.7 MB`, decimal. */
export function size(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB"]
  const step = bytes === 0 ? 0 : Math.min(3, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** step
  return `${step === 0 || value >= 100 ? Math.round(value) : value.toPrecision(3)} ${units[step]}`
}

export const written = ({ windows }: Measured): string => percent(windows.written / windows.known)
export const left = ({ windows }: Measured): string => percent(windows.left / windows.known)
export const amount = ({ leak }: Measured, id: string): number => leak.parts.find((part) => part.id === id)?.amount ?? 0
