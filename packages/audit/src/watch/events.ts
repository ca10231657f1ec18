import { Socket } from "node:net"

/** What a call did, as native/watch.c tells it: the names are those of `enum kind`, in its order from 1. */
export const eventKinds = [
  "opened",
  "truncated",
  "renamed",
  "unlinked",
  "linked",
  "memory",
  "unseen",
  "refused",
  "exited",
  "ended",
] as const

export interface WatchEvent {
  readonly kind: (typeof eventKinds)[number]
  /** The thread that called. */
  readonly thread: number
  /** The file was there before. */
  readonly existed: boolean
  /** The process has mounts of its own, so that its paths mean something there only. */
  readonly otherMounts: boolean
  /** What `kept` is: the file itself, a copy of it, or the folder that it is in. */
  readonly keeps: "file" | "copy" | "folder"
  /** A descriptor of this process, which whoever reads the event closes; -1 for none. */
  readonly kept: number
  /** An errno: why what was to be kept wasn't, or why a call wasn't seen. 0 for none. */
  readonly error: number
  /** open's flags, rename's, or the number of a call that wasn't seen; the status of what exited, as wait(2) has it. */
  readonly flags: number
  /** 0 and 0 where it isn't known. */
  readonly device: bigint
  readonly inode: bigint
  readonly byteLength: number
  /** The program's file; of a process that is closed to others its name, which is no path. */
  readonly program: string
  /**
   * Absolute, with links followed as the call would at that moment; where that failed, as it was given, and what it is
   * relative to. For `renamed` and `linked` the old one.
   */
  readonly path: string
  readonly folder: string
  /** The new one of `renamed` and `linked`. */
  readonly otherPath: string
  readonly otherFolder: string
}

/** `struct event`, before its texts. */
const headLength = 56
const facts = { there: 1, otherMounts: 2, copy: 4, folder: 8 }

/** Reads events until the pipe's end, and closes it. `receive` must not throw. */
export function readEvents(descriptor: number, receive: (event: WatchEvent) => void): Promise<void> {
  const socket = new Socket({ fd: descriptor, readable: true, writable: false })
  let rest: Buffer = Buffer.alloc(0)
  socket.on("data", (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let at = 0
    while (rest.length - at >= headLength) {
      const length = rest.readUInt32LE(at)
      if (rest.length - at < length) break
      receive(decode(rest.subarray(at, at + length)))
      at += length
    }
    rest = rest.subarray(at)
  })
  return new Promise((resolve, reject) => socket.once("close", resolve).once("error", reject))
}

function decode(bytes: Buffer): WatchEvent {
  const [program = "", path = "", folder = "", otherPath = "", otherFolder = ""] = bytes
    .toString("utf8", headLength)
    .split("\0")
  const set = bytes.readUInt32LE(12)
  return {
    kind: eventKinds[bytes.readUInt32LE(4) - 1] ?? "unseen",
    thread: bytes.readUInt32LE(8),
    existed: (set & facts.there) !== 0,
    otherMounts: (set & facts.otherMounts) !== 0,
    keeps: set & facts.copy ? "copy" : set & facts.folder ? "folder" : "file",
    kept: bytes.readInt32LE(16),
    error: bytes.readInt32LE(20),
    flags: Number(bytes.readBigUInt64LE(24)),
    device: bytes.readBigUInt64LE(32),
    inode: bytes.readBigUInt64LE(40),
    byteLength: Number(bytes.readBigUInt64LE(48)),
    program,
    path,
    folder,
    otherPath,
    otherFolder,
  }
}
