import { surfaces } from "./data/index.js"
import type { Surface } from "./surface.js"

/**
 * The surfaces that write files of this name, or into this folder: the most specific first, none where the path says
 * nothing. Takes both kinds of slashes. A match is a lead, not a proof: `*.blob` may be anybody's.
 */
export function matchPath(path: string): readonly Surface[] {
  const slashed = path.replaceAll("\\", "/")
  return surfaces
    .map((surface) => ({ surface, weight: Math.max(0, ...surface.paths.map((pattern) => weigh(pattern, slashed))) }))
    .filter(({ weight }) => weight > 0)
    .sort((one, other) => other.weight - one.weight)
    .map(({ surface }) => surface)
}

/** How many characters of a pattern aren't wildcards, or 0 where it doesn't match. */
const weigh = (pattern: string, path: string) => (regexOf(pattern).test(path) ? pattern.replace(/[*?]/g, "").length : 0)

/** The pattern as a regular expression, for the end of a path. */
function regexOf(pattern: string): RegExp {
  const parts = pattern.split(/(\*\*\/|\*\*|\*|\?)/)
  const source = parts.map((part) => wildcards[part] ?? part.replace(/[.+^${}()|[\]\\]/g, "\\$&"))
  return new RegExp(`(^|/)${source.join("")}$`)
}

const wildcards: Readonly<Record<string, string>> = { "**/": "(?:.*/)?", "**": ".*", "*": "[^/]+", "?": "[^/]" }
