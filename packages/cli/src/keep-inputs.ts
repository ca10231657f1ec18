import { stat } from "node:fs/promises"

/**
 * Refuses outputs that are files which the command reads: with `--force` a model or a key would be lost.
 *
 * @throws TypeError
 */
export async function keepInputs(outputs: readonly string[], inputs: readonly (string | undefined)[]): Promise<void> {
  const read = await Promise.all(inputs.map(fileId))
  for (const path of outputs) {
    const id = await fileId(path)
    if (id !== undefined && read.includes(id)) {
      throw new TypeError(`${path} is a file that this command reads. Name another to write.`)
    }
  }
}

/** What tells a file from others whatever path leads to it; `undefined` where there is none. */
async function fileId(path: string | undefined): Promise<string | undefined> {
  const file = path === undefined ? undefined : await stat(path, { bigint: true }).catch(() => undefined)
  return file && `${file.dev}:${file.ino}`
}
