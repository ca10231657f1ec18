import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { ModelToSeal } from "@strongroom/core"
import { createPublisher } from "@strongroom/testkit"
import { handOver } from "./ordinary-user.js"

/** A sealed model with all that opens it, in a folder of its own: model.sealed, model.grant, model.key, publisher.pub. */
export interface WrittenModel {
  readonly folder: string
  close(): void
}

/** @param files lie beside it. */
export async function writeSealed(
  model: ModelToSeal,
  files: Readonly<Record<string, Uint8Array>> = {},
): Promise<WrittenModel> {
  const folder = mkdtempSync(join(tmpdir(), "strongroom-model-"))
  const publisher = await createPublisher()
  const { bytes, identity, keys } = await publisher.ship(model)
  const all = {
    ...files,
    "model.sealed": bytes,
    "model.grant": keys.grant as Uint8Array,
    "model.key": identity,
    "publisher.pub": String(keys.trust[0]),
  }
  for (const [name, contents] of Object.entries(all)) writeFileSync(join(folder, name), contents)
  handOver(folder)
  return { folder, close: () => rmSync(folder, { recursive: true, force: true }) }
}
