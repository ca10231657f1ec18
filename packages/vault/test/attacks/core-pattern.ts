import { accessSync, chmodSync, constants, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { isRoot } from "./machine.js"
import type { Stage } from "./stage.js"

const setting = "/proc/sys/kernel/core_pattern"

/**
 * Has the kernel hand every core to a program for as long as `action` runs: `folder` is where that puts them. It is a
 * setting of the whole machine, so only where a machine is for tests.
 */
export async function withCorePattern<T>(stage: Stage, action: (folder: string) => Promise<T>): Promise<T> {
  const folder = stage.makeFolder("piped")
  const program = join(folder, "take")
  writeFileSync(program, `#!/bin/sh\ncat > "${folder}/part-$1" && mv "${folder}/part-$1" "${folder}/core-$1"\n`)
  chmodSync(program, 0o755)
  const before = readFileSync(setting)
  writeFileSync(setting, `|${program} %p`)
  try {
    return await action(folder)
  } finally {
    writeFileSync(setting, before)
  }
}

withCorePattern.missing = missing()

function missing(): string | undefined {
  if (!process.env.CI && !process.env.STRONGROOM_FULL)
    return "it changes a setting of the machine: CI or the full form does it"
  if (!isRoot) return "only root can set core_pattern"
  try {
    accessSync(setting, constants.W_OK)
    return undefined
  } catch {
    return "core_pattern can't be written here"
  }
}
