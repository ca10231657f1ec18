import { StrongroomError } from "@strongroom/core/backend"
import type { Wheel } from "./pins.js"

/** Where a file is, and what a request for it must say of who asks. */
export interface FoundWheel {
  readonly url: URL
  readonly headers: { readonly [name: string]: string }
}

/** pip's variable, and its default. */
const defaultIndex = () => process.env.PIP_INDEX_URL || "https://pypi.org/simple"

/**
 * Asks a Python package index (the "simple" interface, PEP 503 and 691) where a file is. Its hash isn't asked for: what
 * counts is the pinned one.
 *
 * @throws StrongroomError `source-missing`, `source-unreadable`.
 */
export async function findWheel({ project, file }: Wheel, signal: AbortSignal): Promise<FoundWheel> {
  const { url, headers } = withoutPassword(new URL(`${defaultIndex().replace(/\/+$/, "")}/${project}/`))
  const accept = "application/vnd.pypi.simple.v1+json, text/html;q=0.5"
  let listing: string
  try {
    const response = await fetch(url, { headers: { ...headers, accept }, signal })
    if (!response.ok) throw new Error(`it answers with status ${response.status}`)
    listing = await response.text()
  } catch (cause) {
    signal.throwIfAborted()
    const reason = cause instanceof Error ? cause.message : String(cause)
    const message = `The package index ${url.origin} can't be asked for ${project}: ${reason}. PIP_INDEX_URL names another.`
    throw new StrongroomError("source-unreadable", message, { cause })
  }
  const found = addresses(listing).find((address) => address.pathname.endsWith(`/${file}`))
  if (found === undefined) {
    throw new StrongroomError(
      "source-missing",
      `The package index ${url.origin} has no ${file}: name another in PIP_INDEX_URL.`,
    )
  }
  // What a mirror asks for, it asks for its files too; elsewhere it would tell a stranger.
  return { url: found, headers: found.origin === url.origin ? headers : {} }

  /** Those that it says; none where it says what is no list of files. */
  function addresses(text: string): readonly URL[] {
    const links: readonly string[] = text.trimStart().startsWith("{")
      ? linksOfJson(text)
      : Array.from(text.matchAll(/<a\s[^>]*href="([^"]*)"/gi), ([, link]) => (link as string).replaceAll("&amp;", "&"))
    return links.flatMap((link) => {
      const address = URL.canParse(link, url) ? new URL(link, url) : undefined
      return address !== undefined && /^https?:$/.test(address.protocol) ? [address] : []
    })
  }
}

function linksOfJson(text: string): readonly string[] {
  try {
    const { files } = JSON.parse(text)
    return files.map(({ url }: { readonly url: unknown }) => String(url))
  } catch {
    return []
  }
}

/** `fetch` takes no address with a name and a password in it. */
function withoutPassword(address: URL): FoundWheel {
  const { username, password } = address
  if (username === "") return { url: address, headers: {} }
  const url = new URL(address)
  url.username = ""
  url.password = ""
  const pair = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString("base64")
  return { url, headers: { authorization: `Basic ${pair}` } }
}
