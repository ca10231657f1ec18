import { fileURLToPath } from "node:url"

/** Node, which most cases run. */
export const node = process.execPath

/** A program of this study's, and one of the audit's tests. From dist/, to which all of src/ is bundled. */
export const program = (name: string) => fileURLToPath(new URL(`../programs/${name}`, import.meta.url))
export const auditProgram = (name: string) =>
  fileURLToPath(new URL(`../../../packages/audit/test/programs/${name}`, import.meta.url))
