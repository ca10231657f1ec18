import { readFile } from "node:fs/promises"

export interface Page {
  readonly type: string
  readonly body: Uint8Array
}

const pages = [
  ["/", "index.html", "text/html; charset=utf-8"],
  ["/style.css", "style.css", "text/css; charset=utf-8"],
  ...["app", "page/elements", "page/engines", "page/lines", "page/reading", "page/report", "page/server"].map(
    (name) => [`/${name}.js`, `${name}.js`, "text/javascript; charset=utf-8"] as const,
  ),
  ["/icon.svg", "icon.svg", "image/svg+xml"],
  ["/sample-receipt.png", "sample-receipt.png", "image/png"],
] as const

/**
 * The static files of the web page, by path. A list, so that no path of a request ever reaches the file system.
 *
 * @param folder Where they are; ends with a slash.
 */
export async function readPages(folder: URL): Promise<ReadonlyMap<string, Page>> {
  const entries = pages.map(async ([path, file, type]): Promise<[string, Page]> => {
    return [path, { type, body: await readFile(new URL(file, folder)) }]
  })
  return new Map(await Promise.all(entries))
}
