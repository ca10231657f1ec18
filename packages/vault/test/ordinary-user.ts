/** Whom tests of confinement run as: root could do what no attacker can. Somebody without a name or files, if need be. */
export const ordinaryUser: { readonly uid?: number; readonly gid?: number } =
  process.getuid?.() === 0 ? { uid: 61_234, gid: 61_234 } : {}
