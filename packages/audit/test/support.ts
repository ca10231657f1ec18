import { execFileSync, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { onTestFinished } from "vitest"
import { type AuditedFile, type AuditOptions, type AuditReport, audit } from "../src/index.js"
import { readPtraceScope } from "../src/watch/yama.js"

/** Why nothing can be watched here, if so. */
export const notHere = process.platform === "linux" ? undefined : "programs are watched on Linux only"

/** Why what leaves its parent can't be seen into here, if so; see src/watch/yama.ts. */
export const noDaemons =
  (readPtraceScope() ?? 0) > 0 && process.geteuid?.() !== 0 ? "Yama's ptrace_scope isn't 0" : notHere

/** A folder that the test removes; with real names, as a report has them. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "strongroom-audit-test-"))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Whether there is such a program; in CI there must be, so that what needs it fails. */
export const hasProgram = (name: string): boolean => Boolean(process.env.CI) || !spawnSync(name, ["--version"]).error

/** Compiles a program of test/programs; gives its file. */
export function compile(name: string, folder: string, compiler = "cc", flags: readonly string[] = []): string {
  const output = join(folder, name)
  const source = fileURLToPath(new URL(`programs/${name}.c`, import.meta.url))
  execFileSync(compiler, ["-O1", "-o", output, source, ...flags])
  return output
}

/** Audits with standard output and error that are nobody's. */
export function quietly(options: AuditOptions): Promise<AuditReport> {
  return audit({ standard: [0, 2, 2], ...options })
}

/** The report's files in `folder`, by their path in it. */
export function within(report: AuditReport, folder: string): Map<string, AuditedFile> {
  const inside = report.files.filter(({ path }) => path.startsWith(`${folder}/`))
  return new Map(inside.map((file) => [file.path.slice(folder.length + 1), file]))
}
