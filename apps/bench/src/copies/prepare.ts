import { mkdtemp, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createPublisher, type Network } from "@strongroom/testkit"
import { onnxFile } from "../onnx.js"
import { type CopiesCase, copiesFiles } from "./cases.js"

/** Seals a case's model into a new folder, with what opens it, and beside it the plain one where that is loaded too. */
export async function prepareCopies({ model, alone }: CopiesCase, network: Network): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "strongroom-copies-"))
  const write = (file: string, content: string | Uint8Array) => writeFile(join(folder, file), content, { mode: 0o600 })
  const publisher = await createPublisher()
  const { bytes, identity, keys } = await publisher.ship(await model(network))
  await write(copiesFiles.sealed, bytes)
  await write(copiesFiles.grant, keys.grant)
  await write(copiesFiles.identity, identity)
  await write(copiesFiles.publisher, keys.trust[0] as string)
  if (alone) await write(copiesFiles.plain, await onnxFile(network))
  return folder
}
