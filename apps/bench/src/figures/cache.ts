import { execFile } from "node:child_process"
import { closeSync, openSync } from "node:fs"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { audit } from "@strongroom/audit"
import { bytesSource, importOpencl } from "@strongroom/core"
import { drivers as installed } from "@strongroom/test-machine"
import { createPublisher } from "@strongroom/testkit"
import type { CacheCase, CacheSide } from "../cache/case.js"
import { description, side as size, source } from "../cache/program-set.js"
import { type Bench, type Figure, mediansOf } from "../figure.js"
import { allInTurn } from "../measure.js"
import { vaultDriver } from "../vault-driver.js"
import { optimisedModelFigures } from "./optimised-model.js"

const runs = 5
const child = fileURLToPath(new URL("./cache/child.js", import.meta.url))

/** Where a driver keeps its own cache, by the variable that moves it; and what it is linked with. */
const drivers = {
  pocl: { title: "PoCL", cacheVariable: "POCL_CACHE_DIR", libraries: [], computes: true },
  "intel-gpu": {
    title: "Intel NEO without a GPU",
    cacheVariable: "cl_cache_dir",
    libraries: [
      ...["libigdgmm.so.12", "libiga64.so.1", "libLLVMSPIRVLib.so.14", "libopencl-clang.so.14"],
      ...["libigc.so.1", "libigdfcl.so.1"],
    ],
    computes: false,
  },
} as const

type DriverName = keyof typeof drivers

interface Sample {
  /** Milliseconds from the load to the first result. */
  readonly first: number
  /** The same for the next load in the same vault, where the driver's own cache is warm. */
  readonly again: number
  readonly sum: number
}

/** One driver with folders of its own for this bench. */
class Subject {
  readonly name: DriverName
  readonly #folder: string
  readonly #casePath: string
  readonly #environment: NodeJS.ProcessEnv

  constructor(name: DriverName, folder: string, casePath: string, environment: NodeJS.ProcessEnv) {
    this.name = name
    this.#folder = folder
    this.#casePath = casePath
    this.#environment = environment
  }

  /** @param cache a folder's name: of the store, or of the driver's cache; emptied first if it is `cold`. */
  async sample(side: CacheSide, cache: string): Promise<Sample> {
    const folder = join(this.#folder, cache)
    if (cache === "cold") await rm(folder, { recursive: true, force: true })
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const own = side === "driver" ? { [drivers[this.name].cacheVariable]: folder } : {}
    const { stdout } = await promisify(execFile)(process.execPath, [child, side, this.#casePath, folder], {
      env: { ...this.#environment, ...own },
      cwd: this.#folder,
    })
    const sample: Sample = JSON.parse(stdout)
    const expected = size ** 3 * 2
    if (drivers[this.name].computes && sample.sum !== expected) {
      throw new Error(`${side}: the sum is ${sample.sum}, not ${expected}.`)
    }
    return sample
  }

  /** How many files that are not in memory a whole run writes, those that it removes included. */
  async filesOnDisks(side: CacheSide): Promise<number> {
    const cache = join(this.#folder, `traced-${side}`)
    await mkdir(cache, { mode: 0o700 })
    const own = side === "driver" ? { [drivers[this.name].cacheVariable]: cache } : {}
    const nowhere = openSync("/dev/null", "w")
    try {
      const report = await audit({
        command: process.execPath,
        args: [child, side, this.#casePath, cache],
        environment: { ...this.#environment, ...own },
        folder: this.#folder,
        standard: [nowhere, nowhere, nowhere],
      })
      if (report.exitCode !== 0 || report.unseen.length > 0) throw new Error("The traced run failed, or hid something.")
      return report.files.filter(({ inMemory }) => !inMemory).length
    } finally {
      closeSync(nowhere)
    }
  }
}

async function makeSubject(name: DriverName, folder: string): Promise<Subject | undefined> {
  const variables = installed[name]
  if (variables === undefined) return undefined
  const { options, environment } = vaultDriver(name, drivers[name].libraries)
  await mkdir(folder)
  const files: Readonly<Record<string, Uint8Array>> = { "products.cl": Buffer.from(source) }
  const json = bytesSource(Buffer.from(JSON.stringify(description)))
  const model = await importOpencl(json, async (path) => bytesSource(files[path] as Uint8Array))
  const { bytes, identity, keys } = await (await createPublisher()).ship(model)
  const at = (file: string) => join(folder, file)
  const theCase: CacheCase = {
    sealedPath: at("model.sealed"),
    sourcePath: at("products.cl"),
    keys: { grant: at("model.grant"), identity: { file: at("model.key") }, trust: [...keys.trust] as string[] },
    options,
    // In a vault the working folder is the private one: there the driver has a cache of its own, too.
    environment: { ...environment, ...(name === "intel-gpu" && { cl_cache_dir: "." }) },
  }
  await writeFile(theCase.sealedPath, bytes)
  await writeFile(theCase.sourcePath, source)
  await writeFile(theCase.keys.grant, keys.grant as Uint8Array)
  await writeFile(theCase.keys.identity.file, identity)
  await writeFile(at("case.json"), JSON.stringify(theCase))
  return new Subject(name, folder, at("case.json"), { ...process.env, ...variables })
}

async function timings(subject: Subject): Promise<readonly Figure[]> {
  await subject.sample("sealed", "warm-store")
  await subject.sample("driver", "warm-driver")
  const [sealedWarm = [], driverWarm = [], sealedCold = [], offCold = [], driverCold = []] = await allInTurn(runs, [
    () => subject.sample("sealed", "warm-store"),
    () => subject.sample("driver", "warm-driver"),
    () => subject.sample("sealed", "cold"),
    () => subject.sample("off", "cold"),
    () => subject.sample("driver", "cold"),
  ])
  const { title } = drivers[subject.name]
  const figure = (
    name: string,
    peer: string,
    ours: readonly Sample[],
    theirs: readonly Sample[],
    which: "first" | "again" = "first",
  ): Figure => {
    const times = (samples: readonly Sample[]) => samples.map((sample) => sample[which])
    return { name: `${name}, ${title}`, peer, unit: "ms", ...mediansOf(times(ours), times(theirs)) }
  }
  const warm = figure("load to first run, warm sealed cache", "the driver's own warm cache", sealedWarm, driverWarm)
  const kept = figure("load to first run, nothing kept yet", "off", sealedCold, offCold)
  const again = figure(
    "again in the same vault, warm sealed cache",
    "off, the driver's own warm cache",
    sealedWarm,
    offCold,
    "again",
  )
  return [
    { ...warm, bar: { atMost: 1.1 } },
    { ...again, bar: { atMost: 1.1 } },
    figure("load to first run, warm sealed cache", "the driver's own cache, cold", sealedWarm, driverCold),
    figure("load to first run, off", "the driver's own cache, cold", offCold, driverCold),
    { ...kept, bar: { atMost: 1.05 } },
  ]
}

/** What a cache policy costs on real drivers, and what `off` writes. */
export const cache: Bench = {
  name: "cache",
  about: "what is compiled: a warm sealed cache beside the driver's own and beside off, and what is written on disks",
  async measure(say) {
    if (process.platform !== "linux") return []
    const root = await mkdtemp(join(tmpdir(), "strongroom-bench-cache-"))
    const figures: Figure[] = []
    try {
      for (const name of Object.keys(drivers) as DriverName[]) {
        const subject = await makeSubject(name, join(root, name))
        if (subject === undefined) {
          say(`cache: no driver ${name} (node scripts/drivers.mjs ${name}): its figures are left out`)
          continue
        }
        say(`cache: ${drivers[name].title}`)
        figures.push(...(await timings(subject)))
        if (process.getuid?.() !== 0) {
          say("cache: only root sees what a vault writes: the files on disks are left out")
          continue
        }
        const [ours, theirs] = [await subject.filesOnDisks("off"), await subject.filesOnDisks("driver")]
        const about = { peer: "the driver alone", unit: "files", runs: 1, bar: { atMost: 0 } } as const
        figures.push({ name: `files on disks in a whole run, off, ${drivers[name].title}`, ours, theirs, ...about })
      }
      figures.push(...(await optimisedModelFigures(say)))
      return figures
    } finally {
      await rm(root, { recursive: true, force: true })
    }
  },
}
