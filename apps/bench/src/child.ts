// One measured process: does one thing to a sealed GiB and prints its own peak resident memory in MiB.
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import {
  createGrant,
  generateIdentity,
  generatePublisherKeys,
  importFiles,
  openSealedModel,
  type Source,
  sealModel,
  verifySealedModel,
} from "@strongroom/core"
import { nodeCryptography as cryptography, fileSink, fileSource } from "@strongroom/core/node"

const [action, folder] = process.argv.slice(2) as [string, string]
const byteLength = 2 ** 30
const sealed = join(folder, "gib.sealed")
const keys = join(folder, "keys.json")

/** A GiB of bytes that differ from block to block, made as they are read. */
const gib: Source = {
  byteLength: async () => byteLength,
  async read(offset, target) {
    target.fill(1 + (offset >>> 20))
  },
  close: async () => {},
}

const actions: { readonly [action: string]: () => Promise<void> } = {
  async nothing() {},

  async seal() {
    const publisher = await generatePublisherKeys()
    const { identity, recipient } = await generateIdentity()
    const { contentKey } = await sealModel(importFiles([{ name: "gib", source: gib }]), {
      publisher: publisher.privateKey,
      sink: fileSink(sealed, { overwrite: true }),
      cryptography,
    })
    const model = fileSource(sealed)
    const grant = await createGrant({ model, contentKey, signingKey: publisher.privateKey, recipient })
    await model.close()
    const grantHex = Buffer.from(grant).toString("hex")
    await writeFile(keys, JSON.stringify({ identity, trust: publisher.publicKey, grant: grantHex }))
  },

  async verify() {
    const { trust } = JSON.parse(await readFile(keys, "utf8"))
    await verifySealedModel(fileSource(sealed), { trust: [trust], cryptography })
  },

  async open() {
    const { identity, trust, grant } = JSON.parse(await readFile(keys, "utf8"))
    const model = await openSealedModel(
      fileSource(sealed),
      { identity, trust: [trust], grant: new Uint8Array(Buffer.from(grant, "hex")) },
      { cryptography },
    )
    let read = 0
    for (const part of model.parts) for await (const chunk of part.chunks()) read += chunk.byteLength
    await model.close()
    if (read !== byteLength) throw new Error(`Expected ${byteLength} bytes, found ${read}.`)
  },
}

await actions[action]?.()
console.log((await peakKiB()) / 1024)

/** Linux counts the peak of a process from its start of a program; elsewhere it may hold what its parent had before. */
async function peakKiB(): Promise<number> {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS
  return Number(/VmHWM:\s+(\d+) kB/.exec(await readFile("/proc/self/status", "utf8"))?.[1])
}
