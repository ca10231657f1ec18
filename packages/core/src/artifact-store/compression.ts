/**
 * Makes artifacts smaller before they are sealed. Brotli, RFC 7932: pages have no such encoder, so that a host is given
 * one, `brotli` of `@strongroom/core/node`. What it returns is the caller's to overwrite.
 */
export interface Compression {
  compress(bytes: Uint8Array): Promise<Uint8Array>
  /** @throws when it doesn't decode to exactly `byteLength` bytes; no more than that is ever written. */
  decompress(bytes: Uint8Array, byteLength: number): Promise<Uint8Array>
}
