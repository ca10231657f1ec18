// Seals, verifies and reads a model that nothing holds whole, and prints by how many bytes each let the process grow.
// Arguments: MiB of model, "portable" or "node".
import { createHash } from "node:crypto"
import { rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as core from "@strongroom/core"
import { fileSink, fileSource, nodeCryptography } from "@strongroom/core/node"

const byteLength = Number(process.argv[2]) * 2 ** 20
const cryptography = process.argv[3] === "node" ? nodeCryptography : core.portableCryptography
const path = join(tmpdir(), `strongroom-memory-${process.pid}.sealed`)

/** A part whose bytes are made as they are asked for. */
const part = {
  byteLength: async () => byteLength,
  async read(offset, target) {
    target.fill(offset / 2 ** 20)
  },
  async close() {},
}

let highest = 0
const look = () => {
  highest = Math.max(highest, process.memoryUsage.rss())
}

async function growth(name, work) {
  globalThis.gc()
  const before = process.memoryUsage.rss()
  highest = before
  const timer = setInterval(look, 2)
  await work()
  look()
  clearInterval(timer)
  console.log(JSON.stringify({ name, growth: highest - before }))
}

async function work(place, model) {
  const keys = await core.generatePublisherKeys()
  const { identity, recipient } = await core.generateIdentity()
  let contentKey
  await growth(`${place} seal`, async () => {
    const sink = fileSink(path, { overwrite: true })
    const sealed = await core.sealModel(model, { publisher: keys.privateKey, sink, cryptography, onProgress: look })
    contentKey = sealed.contentKey
  })
  const source = fileSource(path)
  const grant = await core.createGrant({ model: source, contentKey, signingKey: keys.privateKey, recipient })
  const trust = [keys.publicKey]
  await growth(`${place} verify`, () => core.verifySealedModel(source, { trust, cryptography, onProgress: look }))
  await growth(`${place} open`, async () => {
    const opened = await core.openSealedModel(source, { grant, identity, trust }, { cryptography })
    const hash = createHash("sha256")
    for await (const chunk of opened.parts[0].chunks()) {
      hash.update(chunk.subarray(0, 64))
      look()
    }
    await opened.close()
  })
}

const of = (source) => ({ kind: "file", inputs: [], outputs: [], parts: [{ role: "file", name: "part", source }] })
try {
  // Once with a small one, so that what is loaded and compiled at first use isn't counted.
  await work("small", of(core.bytesSource(new Uint8Array(8 * 2 ** 20))))
  await work("large", of(part))
} finally {
  await rm(path, { force: true })
}
