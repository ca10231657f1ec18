import { existsSync } from "node:fs"

/** The package's dist folder: beside the built modules, and for tests, which run the source, not. */
export function distribution(): URL {
  const built = new URL("./", import.meta.url)
  return existsSync(new URL("native/", built)) ? built : new URL("../dist/", import.meta.url)
}
