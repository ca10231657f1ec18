// Every relative link of a document here leads to a file or folder, and where it has an anchor to a heading, by the
// anchors that GitHub makes of headings. Links to other hosts aren't followed. Prints those that are dead, and fails then.
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join, relative, resolve } from "node:path"
import { root } from "./lib/setup.mjs"

/** Without blocks of code, in which brackets are no links, and # is no heading. */
const withoutBlocks = (text) => text.replace(/^( *)(```+|~~~+)[\s\S]*?^\1\2 *$/gm, "")

const anchorsOf = (file) => {
  const seen = new Map()
  return [...withoutBlocks(readFileSync(file, "utf8")).matchAll(/^#{1,6} +(.+?) *#*$/gm)].map(([, heading]) => {
    const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase()
    const anchor = words.replace(/[^\p{L}\p{N}\p{M} _-]/gu, "").replaceAll(" ", "-")
    const times = seen.get(anchor) ?? 0
    seen.set(anchor, times + 1)
    return times === 0 ? anchor : `${anchor}-${times}`
  })
}

/** The links of `text`, which is `file`'s, that lead nowhere. */
function deadLinks(file, text) {
  const prose = withoutBlocks(text).replace(/(`+)[^`]+\1/g, "``")
  const links = [...prose.matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)|^\[[^\]]+\]: +(\S+)/gm)]
  return links
    .map(([, inline, reference]) => inline ?? reference)
    .filter((link) => !/^[a-z][a-z+.-]*:/i.test(link))
    .filter((link) => {
      const [path, anchor] = link.split("#")
      const target = path === "" ? file : resolve(dirname(file), decodeURI(path))
      if (relative(root, target).startsWith("..") || !existsSync(target)) return true
      if (anchor === undefined) return false
      const page = target.endsWith(".md") ? target : join(target, "README.md")
      return !existsSync(page) || !anchorsOf(page).includes(anchor)
    })
}

const readme = join(root, "README.md")
const planted = ["nowhere.md", "README.md#nowhere", "#nowhere", "../nowhere.md"]
const found = deadLinks(readme, `[alive](README.md#strongroom) ${planted.map((link) => `[dead](${link})`).join(" ")}`)
if (found.join() !== planted.join()) throw new Error(`Of ${planted.join()} only ${found.join()} was found dead.`)

const made = new Set(["node_modules", "dist", ".git", ".cache", ".turbo", ".results"])
const documentsIn = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return made.has(entry.name) ? [] : documentsIn(join(folder, entry.name))
    return entry.name.endsWith(".md") ? [join(folder, entry.name)] : []
  })
const documents = documentsIn(root)
const dead = documents.flatMap((file) =>
  deadLinks(file, readFileSync(file, "utf8")).map((link) => `${relative(root, file)}: ${link}`),
)
for (const line of dead) console.error(line)
console.log(`${documents.length} documents, ${dead.length} dead links`)
if (dead.length > 0) process.exitCode = 1
