// An application that runs a sealed model: in a vault, or by itself with default settings ("unprotected"). It tells each
// step on standard output, a line that begins with @, and then runs the model once for each line that it is given, until
// there is no more. Its argument is JSON: { kind, engine, input, strict }.
import { mkdtempSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { openInProcess } from "@strongroom/core"
import { privateDirectory } from "@strongroom/core/host"
import { fileSource, nodeCryptography } from "@strongroom/core/node"
import { openVault, tensor } from "@strongroom/vault"

const settings = JSON.parse(process.argv[2])
const place = (name) => fileURLToPath(new URL(name, import.meta.url))
const tell = (state, more = {}) => process.stdout.write(`@${JSON.stringify({ state, ...more })}\n`)

const backend = {
  contract: 1,
  name: "attacked",
  module: new URL("engine.mjs", import.meta.url).href,
  options: settings.engine ?? {},
  needs: {},
}

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
/** False: there are no more. */
const nextLine = async () => !(await lines.next()).done

let vault
/** An app that opens models again keeps what it opens them with. */
let keys

async function openUnprotected() {
  const [grant, identity, publisher] = await Promise.all(
    ["test.grant", "test.key", "publisher.pub"].map((name) => readFile(place(name))),
  )
  const directory = privateDirectory(mkdtempSync(join(tmpdir(), "unprotected-")))
  tell("opened")
  if (settings.pause) await nextLine()
  keys = { grant, identity: String(identity), trust: [String(publisher)] }
  return openInProcess(backend, fileSource(place("model.sealed")), keys, { directory, cryptography: nodeCryptography })
}

async function openProtected() {
  vault = await openVault({ backend, strict: settings.strict ?? false })
  tell("opened")
  keys = {
    grant: place("test.grant"),
    identity: { file: place("test.key") },
    trust: [place("publisher.pub")],
  }
  if (settings.pause) await nextLine()
  return vault.load(place("model.sealed"), keys)
}

const x = tensor("float32", [settings.input ?? 1], new Float32Array(settings.input ?? 1).fill(1))

async function run(session) {
  const began = performance.now()
  const running = session.run({ x })
  if (settings.change) {
    // While the engine reads it.
    for (let round = 0; round < 50; round++) {
      x.data.fill(round)
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }
  const { y, facts } = await running
  const values = [...new Set(y.data)].slice(0, 4)
  const guarantees = vault?.report().guarantees.map(({ id, state }) => [id, state])
  tell("ran", { milliseconds: performance.now() - began, facts: JSON.parse(facts.data[0]), values, guarantees })
  x.data.fill(1)
}

try {
  const session = await (settings.kind === "vault" ? openProtected() : openUnprotected())
  tell("loaded")
  await run(session)
  while (await nextLine()) {
    await run(session).catch((error) => tell("failed", { code: error.code, message: error.message }))
  }
  await session.close()
  await vault?.close()
  tell("closed", { opened: Object.keys(keys) })
} catch (error) {
  tell("failed", { code: error.code, message: error.message })
  // What attacks a vault that doesn't open attacks what is left: the app.
  if (settings.stay) setInterval(() => {}, 1000)
}
