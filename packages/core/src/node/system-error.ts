import { StrongroomError } from "../errors.js"

/** Plain words for the system's error codes that reading and writing files meet. */
const causes: { readonly [code: string]: string } = {
  EACCES: "permission is denied",
  EBADF: "the descriptor isn't open for this",
  EBUSY: "it is in use",
  EDQUOT: "the disk quota is used up",
  EEXIST: "it exists already",
  EFBIG: "it would be larger than the file system or this process's file-size limit allows",
  EIO: "the device failed",
  EISDIR: "it is a folder",
  ELOOP: "it has too many symbolic links",
  EMFILE: "this process has too many files open",
  ENAMETOOLONG: "the name is too long",
  ENFILE: "the system has too many files open",
  ENOENT: "its folder doesn't exist",
  ENOSPC: "the disk is full",
  ENOTDIR: "its folder isn't one",
  EPERM: "permission is denied",
  EROFS: "the file system is read-only",
  ESTALE: "the network file system lost it",
  ETXTBSY: "it is in use",
}

/** The code of an error of the operating system, such as `ENOENT`; `undefined` for any other error. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("syscall" in error)) return undefined
  return "code" in error && typeof error.code === "string" ? error.code : undefined
}

/** What went wrong, in plain words and with the system's code. */
export function systemCause(code: string): string {
  const words = causes[code]
  return words === undefined ? `the system says ${code}` : `${words} (${code})`
}

/** What a source throws when the system refused something about the file that `name` stands for. */
export function sourceFailure(error: unknown, name: string): unknown {
  const code = systemCode(error)
  if (code === undefined) return error
  // Without the cause: the system's own message holds the path, which may be a part's name.
  if (code === "ENOENT" || code === "ENOTDIR") {
    return new StrongroomError("source-missing", `${name} doesn't exist (${code}). Check the path.`)
  }
  return new StrongroomError("source-unreadable", `${name} can't be read: ${systemCause(code)}.`)
}
