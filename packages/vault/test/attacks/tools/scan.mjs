// Looks for needles in everything that this user can read: files, the memory of processes, swap. A library and a command:
// `node scan.mjs` takes a JSON of ScanRequest on standard input, so that no needle is a file or an argument, and prints a
// JSON of what it found; `--text` prints lines for people. Its own process, and those that started it, hold the needles and
// are left out.
import { closeSync, fstatSync, lstatSync, openSync, readdirSync, readFileSync, readSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

/**
 * @typedef {object} ScanRequest
 * @property {{ name: string, hex: string }[]} secrets sought whole, at least 20 bytes
 * @property {string[]} windows hex of 256 bytes of weights each: the middle 64 are sought of those with enough entropy
 * @property {string[]} roots folders whose files are read
 * @property {number} since files that weren't changed after this are left out: milliseconds since 1970
 * @property {string[]} except files that hold the secrets by design: the identity file
 * @property {boolean} memory whether processes and swap are read
 */

const pieceBytes = 8 * 2 ** 20
/** Every needle is found by one of its first words, which lies on a multiple of this. */
const stride = 16
/** Of fewer bits a byte a window could be anybody's. */
export const leastEntropy = 7

/** Shannon's entropy of the bytes' own frequencies, in bits a byte: at most 8, for 256 random bytes about 7.2. */
export function entropy(bytes) {
  const counts = new Uint32Array(256)
  for (const byte of bytes) counts[byte]++
  return counts.reduce(
    (sum, count) => (count === 0 ? sum : sum - (count / bytes.length) * Math.log2(count / bytes.length)),
    0,
  )
}

const hash = (word) => ((word ^ (word >>> 16)) * 0x9e37) & 0xffff

/** Finds any of many needles in one pass: looks at every fourth word, and where its hash is known, at the bytes. */
export function makeSearch(needles) {
  const known = new Uint8Array(65_536)
  const places = new Map()
  for (const { name, bytes } of needles) {
    if (bytes.length < stride + 4)
      throw new RangeError(`A needle has at least ${stride + 4} bytes. Got ${bytes.length}`)
    for (let offset = 0; offset < stride; offset++) {
      const word = bytes.readUInt32LE(offset)
      known[hash(word)] = 1
      places.set(word, [...(places.get(word) ?? []), { name, bytes, offset }])
    }
  }
  return {
    longest: Math.max(...needles.map(({ bytes }) => bytes.length)),
    /** @param {Buffer} buffer beginning at a multiple of 4 in its memory */
    in(buffer, length, found) {
      const words = new Uint32Array(buffer.buffer, buffer.byteOffset, length >>> 2)
      for (let at = 0; at < words.length; at += stride / 4) {
        const word = words[at]
        if (known[hash(word)] === 0) continue
        for (const { name, bytes, offset } of places.get(word) ?? []) {
          const start = at * 4 - offset
          if (start >= 0 && start + bytes.length <= length && bytes.compare(buffer, start, start + bytes.length) === 0)
            found.add(name)
        }
      }
    },
  }
}

const piece = Buffer.from(new ArrayBuffer(pieceBytes))

/** Reads [from, to) through a descriptor, in pieces that overlap by the longest needle. Gives how much could be read. */
function searchRange(descriptor, search, found, from, to) {
  let total = 0
  for (let at = from; at < to; ) {
    let length = 0
    try {
      length = readSync(descriptor, piece, 0, Number(to - at > BigInt(pieceBytes) ? BigInt(pieceBytes) : to - at), at)
    } catch {
      // A page that nobody may read.
    }
    search.in(piece, length, found)
    total += length
    if (at + BigInt(length) >= to) break
    at += BigInt(length === pieceBytes ? length - ((search.longest + 15) & ~15) : (length & ~4095) + 4096)
  }
  return total
}

const codeOf = (error) => error.code ?? error.name

export function searchFile(path, search, report) {
  const descriptor = openSync(path, "r")
  try {
    const stat = fstatSync(descriptor, { bigint: true })
    if (!stat.isFile()) return
    const found = new Set()
    report.fileBytes += searchRange(descriptor, search, found, 0n, stat.size)
    report.files++
    for (const needle of found) report.found.push({ needle, where: path })
  } finally {
    closeSync(descriptor)
  }
}

function searchFolder(folder, search, request, report) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    try {
      if (entry.isDirectory()) searchFolder(path, search, request, report)
      else if (entry.isFile() && !request.except.includes(path) && lstatSync(path).ctimeMs >= request.since)
        searchFile(path, search, report)
    } catch (error) {
      const code = codeOf(error)
      report.unreadable[code] = (report.unreadable[code] ?? 0) + 1
    }
  }
}

/** The memory of one process. @throws what the system says when it can't be opened. */
export function searchProcess(pid, search, report) {
  const maps = readFileSync(`/proc/${pid}/maps`, "latin1")
  const memory = openSync(`/proc/${pid}/mem`, "r")
  const found = new Set()
  try {
    for (const line of maps.split("\n")) {
      const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) r/.exec(line) ?? []
      if (!from || !to || /\[v(var|syscall)/.test(line)) continue
      report.memoryBytes += searchRange(memory, search, found, BigInt(`0x${from}`), BigInt(`0x${to}`))
    }
  } finally {
    closeSync(memory)
  }
  report.processes.push(pid)
  for (const needle of found) report.found.push({ needle, where: `process ${pid}` })
}

function ancestors() {
  const pids = []
  for (let pid = process.pid; pid > 1; ) {
    pids.push(pid)
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1")
    pid = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1])
  }
  return pids
}

function searchMemory(search, report) {
  const own = ancestors()
  for (const name of readdirSync("/proc")) {
    const pid = Number(name)
    if (!(pid > 0) || own.includes(pid)) continue
    try {
      searchProcess(pid, search, report)
    } catch (error) {
      report.refused[pid] = codeOf(error)
    }
  }
}

function searchSwap(search, report) {
  for (const line of readFileSync("/proc/swaps", "latin1").trim().split("\n").slice(1)) {
    const path = line.split(/\s+/)[0]
    try {
      searchFile(path, search, report)
      report.swap[path] = "read"
    } catch (error) {
      report.swap[path] = codeOf(error)
    }
  }
}

/** @param {Pick<ScanRequest, "secrets" | "windows">} request */
export function needlesOf(request) {
  const windows = request.windows
    .map((hex) => Buffer.from(hex, "hex"))
    .filter((bytes) => entropy(bytes) >= leastEntropy)
  const needles = [
    ...request.secrets.map(({ name, hex }) => ({ name, bytes: Buffer.from(hex, "hex") })),
    ...windows.map((bytes) => ({ name: "weights", bytes: bytes.subarray(96, 160) })),
  ]
  return { needles, windows: windows.length }
}

export function makeReport() {
  return {
    ...{ files: 0, fileBytes: 0, unreadable: {}, processes: [], memoryBytes: 0, refused: {}, swap: {} },
    /** @type {{ needle: string, where: string }[]} */
    found: [],
  }
}

/** @param {ScanRequest} request */
export function scan(request) {
  const { needles, windows } = needlesOf(request)
  const search = makeSearch(needles)
  const report = { windows, secrets: request.secrets.length, ...makeReport() }
  for (const root of request.roots) {
    try {
      searchFolder(root, search, request, report)
    } catch (error) {
      report.unreadable[codeOf(error)] = (report.unreadable[codeOf(error)] ?? 0) + 1
    }
  }
  if (request.memory) {
    searchMemory(search, report)
    searchSwap(search, report)
  }
  return report
}

export function describeScan(report) {
  const mebibytes = (bytes) => `${(bytes / 2 ** 20).toFixed(0)} MiB`
  return [
    `Sought ${report.windows} windows of weights of at least ${leastEntropy} bits of entropy a byte, and ${report.secrets} keys,`,
    `in ${report.files} files (${mebibytes(report.fileBytes)}) and the memory of ${report.processes.length} processes`,
    `(${mebibytes(report.memoryBytes)}; ${Object.keys(report.refused).length} refused).`,
    report.found.length === 0
      ? "Found nothing."
      : `Found: ${report.found.map(({ needle, where }) => `${needle} in ${where}`).join("; ")}.`,
  ].join(" ")
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const report = scan(JSON.parse(readFileSync(0, "utf8")))
  console.log(process.argv.includes("--text") ? describeScan(report) : JSON.stringify(report))
}
