import { StrongroomError } from "@strongroom/core"

const tag = "STRONGROOM-CONTENT-KEY-1"

/** What `strongroom seal` writes for the publisher and `strongroom grant` reads. `contentKey` is 32 bytes. */
export interface ContentKey {
  readonly contentKey: Uint8Array
  /** Hex of 16 bytes. */
  readonly modelId: string
}

/** The text of a content key's file: lines of comment, then tag, key and model id, both in hex. */
export function formatContentKey({ contentKey, modelId }: ContentKey): string {
  return [
    "# The content key of one sealed model. Whoever has it can read the model and grant it to others.",
    "# Keep it secret and offline. It can't be made again: without it nobody else can be granted the model.",
    `${tag} ${Buffer.from(contentKey).toString("hex")} ${modelId}`,
    "",
  ].join("\n")
}

/** Reads such a file. Its errors never hold anything of the text. */
export function parseContentKey(text: string, path: string): ContentKey {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "" && !line.startsWith("#"))
  const [, key, modelId] = /^STRONGROOM-CONTENT-KEY-1 ([0-9a-f]{64}) ([0-9a-f]{32})$/.exec(lines[0]?.trim() ?? "") ?? []
  if (lines.length !== 1 || key === undefined || modelId === undefined) {
    throw new TypeError(
      `${path} isn't a content key: expected the file that \`strongroom seal\` wrote beside the model.`,
    )
  }
  return { contentKey: Buffer.from(key, "hex"), modelId }
}

/** Refuses a key of another model before it is tried, with a message that says so. */
export function checkModelId(key: ContentKey, modelId: string): void {
  if (key.modelId === modelId) return
  throw new StrongroomError(
    "commitment-mismatch",
    `The content key is for model ${key.modelId}, this sealed model is ${modelId}. Use the key written beside it.`,
  )
}
