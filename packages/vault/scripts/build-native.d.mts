/** Both architectures, as released: `linux-x64.so` and `linux-arm64.so` in `folder`. `python` has the pinned compiler. */
export function buildForRelease(python: string, folder: string, sources?: string): void
