import { mkdtemp, open, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  bytesSource,
  createGrant,
  generateIdentity,
  generatePublisherKeys,
  type ModelToSeal,
  type Source,
  sealModel,
} from "@strongroom/core"
import { nodeCryptography as cryptography, fileSink, fileSource } from "@strongroom/core/node"

/** What loads it: paths in the folder of {@link prepareStream}. */
export const streamFiles = {
  large: "large.sealed",
  small: "small.sealed",
  identity: "identity.key",
  publisher: "publisher.pub",
  grantOf: (sealed: string) => `${sealed}.grant`,
  part: (index: number) => `part-${index}`,
} as const

function model(parts: readonly Source[]): ModelToSeal {
  return {
    kind: "file",
    inputs: [{ name: "offset", type: "int64", shape: ["n"] }],
    outputs: [{ name: "byte", type: "uint8", shape: ["n"] }],
    parts: parts.map((source, index) => ({ role: "weights", name: `part-${index}`, source })),
  }
}

/** Makes plain parts of bytes that differ from MiB to MiB, and seals them; and a small model, whose load costs nothing. */
export async function prepareStream(partBytes: number, parts: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "strongroom-stream-"))
  const place = (name: string) => join(folder, name)
  const paths = Array.from({ length: parts }, (_, index) => place(streamFiles.part(index)))
  for (const [index, path] of paths.entries()) {
    const file = await open(path, "wx")
    const mebibyte = new Uint8Array(2 ** 20)
    for (let at = 0; at < partBytes; at += mebibyte.length) {
      await file.write(mebibyte.fill(1 + ((index + at / mebibyte.length) % 251)))
    }
    await file.close()
  }
  const publisher = await generatePublisherKeys()
  const { identity, recipient } = await generateIdentity()
  await writeFile(place(streamFiles.identity), `${identity}\n`, { mode: 0o600 })
  await writeFile(place(streamFiles.publisher), publisher.publicKey)
  for (const [name, sources] of [
    [streamFiles.large, paths.map((path) => fileSource(path))],
    [streamFiles.small, [bytesSource(new Uint8Array(4096))]],
  ] as const) {
    const options = { publisher: publisher.privateKey, sink: fileSink(place(name)), cryptography }
    const { contentKey } = await sealModel(model(sources), options)
    const sealed = fileSource(place(name))
    const grant = await createGrant({ model: sealed, contentKey, signingKey: publisher.privateKey, recipient })
    await sealed.close()
    await writeFile(place(streamFiles.grantOf(name)), grant)
  }
  return folder
}
