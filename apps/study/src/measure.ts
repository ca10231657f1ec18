import { spawnSync } from "node:child_process"
import { closeSync, openSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import { type AuditedFile, type AuditReport, audit, leak } from "@strongroom/audit"
import type { Amount, Case, Measured, Network } from "./case.js"
import { makePlace, type Place } from "./place.js"
import { shareOfValues } from "./values.js"

/** What programs find in their environment beside what a case sets. */
const environmentOf = (place: Place) => ({
  PATH: process.env.PATH ?? "/usr/bin:/bin",
  HOME: place.home,
  TMPDIR: place.temporary,
})

/** Runs a case under audit, reads what is left, and compares its cache with those of further runs. */
export async function measure(one: Case, constants: readonly Uint8Array[]): Promise<Measured> {
  const place = makePlace()
  try {
    const { model, ...run } = one.run(place, "studied")
    const log = `${place.root}.log`
    const output = openSync(log, "w")
    const report = await audit({
      ...run,
      folder: place.work,
      environment: { ...environmentOf(place), ...run.environment },
      standard: [0, output, output],
      model,
    }).finally(() => closeSync(output))
    const printed = readFileSync(log, "utf8")
    rmSync(log)
    const version = /^version: (.*)$/m.exec(printed)?.[1]
    // The last line that programs print: what happens after it is the runtime's own end.
    if (version === undefined || !report.complete) {
      throw new Error(
        `${one.id} ended with ${report.exitCode ?? `signal ${report.exitSignal}`}: ${printed.slice(-2000)}`,
      )
    }
    const left = await leak(place.root, { model })
    const namesLeft = left.model?.found.nameCount ?? 0
    const compared = one.cache === undefined ? undefined : await compare(one, join(place.root, one.cache))
    return {
      id: one.id,
      subject: one.subject,
      setting: one.setting,
      by: one.by,
      version,
      ...(report.exitCode !== 0 && { endedBy: report.exitSignal ?? report.exitCode ?? 0 }),
      ...written(report, place),
      windows: {
        known: report.model?.windows ?? 0,
        written: report.model?.windowsFound ?? 0,
        left: left.model?.windowsFound ?? 0,
      },
      names: {
        known: report.model?.names ?? 0,
        written: Math.max(namesIn(report), namesLeft),
        left: namesLeft,
      },
      leak: {
        score: left.score,
        parts: left.leaks.map(({ id, points, amount }) => ({ id, points, amount })),
        kernels: left.leaks.find(({ id }) => id === "kernels")?.examples ?? [],
      },
      ...(compared && { compared: compared.verdicts }),
      ...(one.values && {
        values: {
          found: rounded(shareOfValues(constants, largest(place.cache))),
          byChance: rounded(shareOfValues(constants, compared?.otherLargest ?? new Uint8Array(0))),
        },
      }),
    }
  } finally {
    place.remove()
  }
}

const rounded = (share: number) => Number(share.toFixed(4))

function written(report: AuditReport, place: Place) {
  const disk = report.files.filter((file) => file.kind === "file" && !file.inMemory)
  const memory = report.files.filter((file) => !disk.includes(file))
  const kinds = new Map<string, { files: number; bytes: number; left: number; example: string }>()
  for (const file of disk) {
    for (const title of new Set(file.contents.map(({ format }) => format.title))) {
      const kind = kinds.get(title) ?? { files: 0, bytes: 0, left: 0, example: place.hide(file.path) }
      kinds.set(title, {
        ...kind,
        files: kind.files + 1,
        bytes:
          kind.bytes +
          Math.max(...file.contents.filter((one) => one.format.title === title).map((one) => one.byteLength)),
        left: kind.left + Number(file.there),
      })
    }
  }
  return {
    written: amountOf(disk),
    left: amountOf(disk.filter(({ there }) => there)),
    inMemory: amountOf(memory),
    kinds: [...kinds].map(([title, kind]) => ({ title, ...kind })).sort((one, other) => other.bytes - one.bytes),
    surfaces: [...new Set(disk.flatMap(({ surfaces }) => surfaces.slice(0, 1).map(({ id }) => id)))].sort(),
    unseen: report.unseen.reduce((sum, { count }) => sum + count, 0),
  }
}

const amountOf = (files: readonly AuditedFile[]): Amount => ({
  files: files.length,
  bytes: files.reduce((sum, { contents }) => sum + Math.max(0, ...contents.map(({ byteLength }) => byteLength)), 0),
})

/** The most names of the model that one file has. */
const namesIn = (report: AuditReport) =>
  Math.max(0, ...report.files.flatMap(({ contents }) => contents.map(({ found }) => found?.nameCount ?? 0)))

/** Caches of further runs, each held against `reference`; they aren't audited. */
async function compare(one: Case, reference: string) {
  const verdicts: Measured["compared"] & Record<string, unknown> = {}
  let otherLargest: Uint8Array | undefined
  for (const network of ["studied", ...(one.compared ?? ["other"])] as Network[]) {
    const place = makePlace()
    try {
      const { command, args, environment } = one.run(place, network)
      const done = spawnSync(command, args, {
        cwd: place.work,
        env: { ...environmentOf(place), ...environment },
        encoding: "utf8",
      })
      if (!/^version: /m.test(done.stdout)) throw new Error(`${one.id}, ${network}: ${done.stderr.slice(-2000)}`)
      const { similarity } = await leak(join(place.root, one.cache as string), { reference })
      Object.assign(verdicts, { [network]: similarity })
      if (network === "other") otherLargest = largest(place.cache)
    } finally {
      place.remove()
    }
  }
  return { verdicts, otherLargest }
}

/** The largest file of a folder. */
function largest(folder: string): Uint8Array {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name))
  const sizes = files.map((path) => ({ path, size: statSync(path).isFile() ? statSync(path).size : 0 }))
  const [first] = sizes.sort((one, other) => other.size - one.size)
  return first === undefined ? new Uint8Array(0) : readFileSync(first.path)
}
