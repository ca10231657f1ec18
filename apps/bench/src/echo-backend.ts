import type { Backend, Json } from "@strongroom/core/backend"

/** The engine of echo.ts: gives its input back. */
export function echo(options: Json): Backend {
  return { contract: 1, name: "echo", module: new URL("./echo.js", import.meta.url).href, options, needs: {} }
}
