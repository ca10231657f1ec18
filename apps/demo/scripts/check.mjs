// Checks a running sample application from outside: `node scripts/check.mjs [http://127.0.0.1:4173] [--seed N] [--opencl]`.
// Posts a picture of random words that is drawn there and then, and the sample receipt; asks for the report and the
// page. With --opencl there has to be an engine of OpenCL, which has to read the same. Prints one line per check and at
// the end `N passed, N failed`; exits with 1 when one failed.

import { readFile } from "node:fs/promises"
import { parseArgs } from "node:util"
import { wordPicture } from "./word-picture.mjs"

const { values, positionals } = parseArgs({
  options: { seed: { type: "string" }, opencl: { type: "boolean", default: false } },
  allowPositionals: true,
})
const base = positionals[0] ?? "http://127.0.0.1:4173"
const seed = Number(values.seed ?? Date.now() % 2 ** 32)

let passed = 0
let failed = 0

/** @param {string} name @param {() => Promise<string>} run Gives what was seen; throws what is wrong. */
async function check(name, run) {
  try {
    const seen = await run()
    passed++
    console.log(`pass  ${name}: ${seen}`)
  } catch (error) {
    failed++
    console.log(`FAIL  ${name}: ${error instanceof Error ? error.message : error}`)
  }
}

/** @param {string} path @param {RequestInit} [init] */
async function ask(path, init) {
  const response = await fetch(new URL(path, base), { signal: AbortSignal.timeout(300_000), ...init })
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${(await response.text()).slice(0, 300)}`)
  return response
}

/**
 * @typedef {{ lines: { text: string, confidence: number, box: number[][] }[], milliseconds: number }} Result
 * @param {Buffer} picture @param {string} [engine] @returns {Promise<Result>}
 */
async function read(picture, engine) {
  const query = engine === undefined ? "" : `?engine=${engine}`
  return (await ask(`/api/read${query}`, { method: "POST", body: new Uint8Array(picture) })).json()
}

/** What each picture was read as by the usual engine, for others to read the same. @type {Map<string, { picture: Buffer, result: Result }>} */
const usual = new Map()

/** @param {string} name @param {Buffer} picture */
async function readUsual(name, picture) {
  const result = await read(picture)
  usual.set(name, { picture, result })
  return result
}

/** @param {Result} result */
const textOf = ({ lines }) => lines.map(({ text }) => text).join("\n")

await check("the page", async () => {
  const response = await ask("/")
  const policy = response.headers.get("content-security-policy")
  if (!policy?.includes("default-src 'none'")) throw new Error("it has no content security policy")
  const html = await response.text()
  const paths = [...html.matchAll(/(?:src|href)="(\/[\w./-]+)"/g)].map(([, path]) => path ?? "")
  for (const path of new Set(paths)) await ask(path)
  return `loads, with all of ${new Set(paths).size} things that it refers to`
})

await check("the report", async () => {
  const { format, place, guarantees } = await (await ask("/api/report")).json()
  if (format !== "strongroom-report/1" || place !== "vault") throw new Error(`it is ${format}, of a place "${place}"`)
  if (guarantees.length === 0) throw new Error("it lists no guarantees")
  return `${guarantees.length} guarantees, of a vault`
})

await check(`random words (seed ${seed})`, async () => {
  const { words, png } = await wordPicture(seed)
  const { lines } = await readUsual("the words", png)
  // Letters count, not spaces: the recogniser now and then sees one in a word that no language has.
  const found = lines.map(({ text }) => text.toLowerCase().replaceAll(" ", ""))
  const missed = words.filter((word) => !found.some((text) => text.includes(word.toLowerCase())))
  // One slip is the models' own rate of error, far above what 12 words show; two are not. See README.md.
  const what = `${words.length - missed.length} of ${words.length} read`
  if (missed.length > 1) throw new Error(`${what}; missed ${missed.join(", ")}; read ${found.join(", ")}`)
  return missed.length === 0 ? what : `${what}, missed ${missed.join(", ")}`
})

await check("the sample receipt", async () => {
  const receipt = await readFile(new URL("../public/sample-receipt.png", import.meta.url))
  const { lines } = await readUsual("the receipt", receipt)
  const found = lines.map(({ text }) => text)
  for (const expected of ["CORNER PANTRY", "Sourdough loaf", "TOTAL EUR", "40.47"]) {
    if (!found.includes(expected)) throw new Error(`"${expected}" is missing in: ${found.join(" | ")}`)
  }
  return `${lines.length} lines read`
})

if (values.opencl) {
  await check("OpenCL", async () => {
    /** @type {{ engines: { id: string, name: string, device: string }[], advice?: string }} */
    const { engines, advice } = await (await ask("/api/engines")).json()
    const engine = engines.find(({ name }) => name === "OpenCL")
    if (engine === undefined) throw new Error(advice ?? "it isn't among the engines")
    const times = []
    for (const [name, { picture, result }] of usual) {
      const first = await read(picture, engine.id)
      const again = await read(picture, engine.id)
      for (const other of [first, again]) {
        if (textOf(other) !== textOf(result))
          throw new Error(`it read ${textOf(other)} where ${textOf(result)} is read`)
      }
      const beside = (await read(picture)).milliseconds
      times.push(`${name} in ${again.milliseconds} ms (first ${first.milliseconds}; ONNX Runtime ${beside})`)
    }
    if (times.length === 0) throw new Error("there is nothing to compare with")
    return `${engine.device} read the same text: ${times.join(", ")}`
  })
}

console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
