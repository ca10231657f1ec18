import { nodeCryptography } from "@strongroom/core/node"
import { type Publisher, publisherWith } from "./publisher.js"

/** A publisher with new keys. */
export const createPublisher = (): Promise<Publisher> => publisherWith(nodeCryptography)
