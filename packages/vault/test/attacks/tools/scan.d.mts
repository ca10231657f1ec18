import type { Needles } from "../needles.js"

export interface Needle {
  readonly name: string
  readonly bytes: Buffer
}
export interface Search {
  readonly longest: number
  in(buffer: Buffer, length: number, found: Set<string>): void
}
export interface Report {
  files: number
  fileBytes: number
  memoryBytes: number
  readonly found: { needle: string; where: string }[]
}
/** Of fewer bits a byte a window could be anybody's. */
export const leastEntropy: number
export function entropy(bytes: Uint8Array): number
export function makeSearch(needles: readonly Needle[]): Search
export function needlesOf(needles: Needles): { readonly needles: readonly Needle[]; readonly windows: number }
export function makeReport(): Report
export function searchFile(path: string, search: Search, report: Report): void
export function searchProcess(pid: number, search: Search, report: Report): void
export function describeScan(report: object): string
