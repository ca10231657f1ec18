/** The vault's end of the socket on which it and the app pass descriptors; see app/spawn.ts. */
export const passingDescriptor = 4
