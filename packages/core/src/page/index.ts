/**
 * What only pages have: passkeys, and a cache of downloads in the origin-private file system. Everything else that a page
 * needs is in `@strongroom/core`.
 *
 * @module
 */

export type { CacheCounts, CachedSource } from "./cached-source.js"
export { type DownloadCache, type OpfsCacheOptions, opfsCache } from "./opfs-cache.js"
export type { KeptModel } from "./opfs-folder.js"
export { type CreatePasskeyOptions, createPasskey, passkey } from "./passkey.js"
