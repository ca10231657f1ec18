import { spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { homedir } from "node:os"
import { join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import { environmentFor, matchPath, neutralise, surfacesFor } from "../src/index.js"
import { handOver, ordinaryUser } from "./ordinary-user.js"

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
  /**
   * Files that hold any of these: below the folder, and where programs keep temporary files, vaults' folders among them,
   * what the same user has written since the trial began.
   */
  exposing(needles: Needles): readonly string[]
  /** The same, again and again while something runs, and once more afterwards. */
  exposingWhile(needles: Needles, action: () => Promise<unknown>): Promise<readonly string[]>
  /** The bytes of one of them. */
  read(path: string): Buffer
  close(): void
}

export function startTrial(): Trial {
  const since = Date.now() - 1000
  const folder = mkdtempSync(join(parentFolder(), "strongroom-surface-"))
  const [home, work, secluded] = ["home", "work", "private"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  for (const place of [home, work, secluded]) mkdirSync(place)
  const base = { PATH: process.env.PATH ?? "", HOME: home, TMPDIR: work }
  const start = (program: string, values: readonly string[], environment: Readonly<Record<string, string>>) => {
    handOver(folder)
    const path = fileURLToPath(new URL(`triggers/programs/${program}`, import.meta.url))
    return ended([path, ...values], { cwd: work, env: { ...environment } })
  }
  const filesIn = (places: readonly string[]) =>
    [folder, ...places].flatMap((place) =>
      files(place, place === folder ? () => true : (path) => isOfTrial(path, since)),
    )
  const exposing = (needles: Needles, paths: readonly string[]) => {
    const wanted = [needles.name, needles.comment, needles.weights]
    return paths.filter((path) => {
      const bytes = contents(path)
      return wanted.some((needle) => bytes.includes(needle))
    })
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
        .filter((path) => !path.startsWith(secluded) && contents(path).includes(needle))
        .map((path) => relative(folder, path)),
    exposing: (needles) => exposing(needles, filesIn(["/tmp", "/var/tmp", "/dev/shm"])),
    async exposingWhile(needles, action) {
      const found = new Set<string>()
      const known = new Map<string, string>()
      // What is as it was needn't be read again: the look has to be sooner over than what it looks for.
      const look = () => {
        const changed = filesIn(["/dev/shm"]).filter((path) => {
          const state = stateOf(path)
          const isChanged = known.get(path) !== state
          known.set(path, state)
          return isChanged
        })
        for (const path of exposing(needles, changed)) found.add(path)
      }
      let running = true
      const ran = action().finally(() => {
        running = false
      })
      while (running) {
        look()
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
      await ran
      look()
      return [...found]
    },
    read: (path) => readFileSync(join(folder, path)),
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Not among the temporary files, of which a vault has its own: nobody's home is there. */
function parentFolder(): string {
  if (process.getuid?.() === 0) return ["/opt", "/srv", "/var/lib"].find((path) => existsSync(path)) ?? "/"
  const folder = join(homedir(), ".cache")
  mkdirSync(folder, { recursive: true })
  return folder
}

function ended(values: readonly string[], settings: { cwd: string; env: Record<string, string> }): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, values, { ...ordinaryUser, ...settings, stdio: ["ignore", "pipe", "pipe"] })
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

/** What goes while it is looked at isn't there. */
function files(folder: string, isWanted = (_path: string) => true): readonly string[] {
  return entries(folder).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return files(path, isWanted)
    return entry.isFile() && isWanted(path) ? [path] : []
  })
}

function entries(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}

function isOfTrial(path: string, since: number): boolean {
  try {
    const { ctimeMs, uid } = lstatSync(path)
    return ctimeMs >= since && uid === (ordinaryUser.uid ?? process.getuid?.())
  } catch {
    return false
  }
}

/** Another text when a file was written to. */
function stateOf(path: string): string {
  try {
    const { ino, size, mtimeMs } = statSync(path)
    return `${ino} ${size} ${mtimeMs}`
  } catch {
    return ""
  }
}

function contents(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch {
    return Buffer.alloc(0)
  }
}

/** What to look for afterwards: words for a kernel's name and for a comment, and bytes that are weights. */
export function makeNeedles() {
  const word = () => `k${randomBytes(8).toString("hex")}`
  return { name: word(), comment: word(), weights: randomBytes(256) }
}

/** The same with weights that are floats of an ordinary size, of which none is a NaN. */
export function makeFloatNeedles() {
  const needles = makeNeedles()
  for (let at = 3; at < needles.weights.length; at += 4) needles.weights[at] = 0x3f
  return needles
}

export type Needles = ReturnType<typeof makeNeedles>

/** How many of the weights, which are floats, are among the numbers in a log. */
export function weightsIn(log: string, { weights }: Needles): number {
  const numbers = new Set(log.match(/\d\.\d+/g)?.map((text) => Math.fround(Number(text))))
  return new Float32Array(weights.buffer, weights.byteOffset, 64).filter((weight) => numbers.has(weight)).length
}

/** A kernel that adds one to every byte. */
export const kernelSource = ({ name, comment }: Needles): string => `/* ${comment} */
kernel void ${name}(global const uchar *weights, global uchar *results) {
  results[get_global_id(0)] = weights[get_global_id(0)] + 1;
}`

/** What programs/opencl.mjs takes. */
export const valuesOf = (needles: Needles): readonly string[] => [
  needles.name,
  kernelSource(needles),
  needles.weights.toString("hex"),
]

/** Whether the database says of one of these paths that this surface writes it. */
export const attributed = (id: string, paths: readonly string[]): boolean =>
  paths.some((path) => matchPath(`/${path}`).some((surface) => surface.id === id))
