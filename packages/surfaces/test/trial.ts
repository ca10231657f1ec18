import { spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import { environmentFor, matchPath, neutralise, surfacesFor } from "../src/index.js"

/** A process that is looked at: with folders of its own, and an environment with nothing but what is given. */
export interface Trial {
  readonly folder: string
  /** HOME, the working directory, and a directory that stands for a private one: nobody else looks into it. */
  readonly home: string
  readonly work: string
  readonly secluded: string
  /** Runs a program of test/triggers/programs. What it printed; an error where it failed. */
  run(program: string, values: readonly string[], environment?: Readonly<Record<string, string>>): Promise<string>
  /** The same with what `neutralise` says of one surface done to the environment. */
  runNeutralised(
    id: string,
    program: string,
    values: readonly string[],
    environment?: Readonly<Record<string, string>>,
  ): Promise<string>
  /** Files outside the private directory that hold this, as paths below the folder. */
  holding(needle: string | Buffer): readonly string[]
  /** The bytes of one of them. */
  read(path: string): Buffer
  close(): void
}

export function startTrial(): Trial {
  const folder = mkdtempSync(join(tmpdir(), "strongroom-surface-"))
  const [home, work, secluded] = ["home", "work", "private"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  for (const place of [home, work, secluded]) mkdirSync(place)
  const base = { PATH: process.env.PATH ?? "", HOME: home, TMPDIR: work }
  const start = (program: string, values: readonly string[], environment: Readonly<Record<string, string>>) => {
    const path = fileURLToPath(new URL(`triggers/programs/${program}`, import.meta.url))
    return ended([path, ...values], { cwd: work, env: { ...environment } })
  }
  return {
    folder,
    home,
    work,
    secluded,
    run: (program, values, environment = {}) => start(program, values, { ...base, ...environment }),
    runNeutralised(id, program, values, environment = {}) {
      const plan = neutralise(surfacesFor({ ids: [id] }))
      return start(program, values, environmentFor(plan, { ...base, ...environment }, secluded))
    },
    holding: (needle) =>
      files(folder)
        .filter((path) => !path.startsWith(secluded) && readFileSync(path).includes(needle))
        .map((path) => relative(folder, path)),
    read: (path) => readFileSync(join(folder, path)),
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function ended(values: readonly string[], settings: { cwd: string; env: Record<string, string> }): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, values, { ...settings, stdio: ["ignore", "pipe", "pipe"] })
    const printed: Buffer[] = []
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes: Buffer) => printed.push(bytes))
    child.on("error", reject)
    child.on("close", (code, signal) => {
      const text = Buffer.concat(printed).toString()
      if (code === 0) resolve(text)
      else reject(new Error(`${values.join(" ")} ended with ${code ?? signal}: ${text}`))
    })
  })
}

const files = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

/** What to look for afterwards: words for a kernel's name and for a comment, and bytes that are weights. */
export function makeNeedles() {
  const word = () => `k${randomBytes(8).toString("hex")}`
  return { name: word(), comment: word(), weights: randomBytes(256) }
}

/** Whether the database says of one of these paths that this surface writes it. */
export const attributed = (id: string, paths: readonly string[]): boolean =>
  paths.some((path) => matchPath(`/${path}`).some((surface) => surface.id === id))
