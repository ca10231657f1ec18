import { readdirSync } from "node:fs"
import { join } from "node:path"

/** Device nodes of NVIDIA's driver: none where there is no such GPU. */
export function nvidiaNodes(): readonly string[] {
  return namesIn("/dev", /^(nvidia\d+|nvidiactl|nvidia-uvm|nvidia-uvm-tools)$/).map((name) => join("/dev", name))
}

function namesIn(folder: string, form: RegExp): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => form.test(name))
      .sort()
  } catch {
    return []
  }
}
