/** What a cache of compiled programs tells by its ELF files: sections and symbols (elf(5), 32 and 64 bits, little-endian). */
export interface Elf {
  readonly sections: readonly ElfSection[]
  /** Functions and objects with a name, from .symtab and .dynsym. */
  readonly symbols: readonly ElfSymbol[]
}

export interface ElfSection {
  readonly name: string
  /** As it is in the file; empty for sections that aren't. */
  readonly bytes: Uint8Array
}

export interface ElfSymbol {
  readonly name: string
  readonly kind: "function" | "object" | "other"
  readonly byteLength: number
  /** It is this file's own, and not another's that it needs. */
  readonly defined: boolean
}

const sectionTypes = { symbols: 2, absent: 8, dynamicSymbols: 11 }

/** Undefined for what isn't ELF, is of the other byte order, or points outside of itself. */
export function readElf(bytes: Uint8Array): Elf | undefined {
  try {
    return parse(bytes)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function parse(bytes: Uint8Array): Elf | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 52 || view.getUint32(0) !== 0x7f454c46 || bytes[5] !== 1) return undefined
  const wide = bytes[4] === 2
  const word = (at: number) => (wide ? Number(view.getBigUint64(at, true)) : view.getUint32(at, true))
  const half = (at: number) => view.getUint16(at, true)
  const table = word(wide ? 40 : 32)
  const [entryLength, count, namesAt] = [half(wide ? 58 : 46), half(wide ? 60 : 48), half(wide ? 62 : 50)]
  const raw = Array.from({ length: table === 0 ? 0 : count }, (_, index) => {
    const at = table + index * entryLength
    const [offset, length] = [word(at + (wide ? 24 : 16)), word(at + (wide ? 32 : 20))]
    const type = view.getUint32(at + 4, true)
    const present = type === sectionTypes.absent ? new Uint8Array(0) : bytes.subarray(offset, offset + length)
    return { nameAt: view.getUint32(at, true), type, link: view.getUint32(at + (wide ? 40 : 24), true), bytes: present }
  })
  const names = raw[namesAt]?.bytes ?? new Uint8Array(0)
  const tables = raw.filter(({ type }) => type === sectionTypes.symbols || type === sectionTypes.dynamicSymbols)
  return {
    sections: raw.map(({ nameAt, bytes }) => ({ name: textAt(names, nameAt), bytes })),
    symbols: tables.flatMap((section) => readSymbols(section.bytes, raw[section.link]?.bytes ?? names, wide)),
  }
}

function readSymbols(bytes: Uint8Array, names: Uint8Array, wide: boolean): ElfSymbol[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = wide ? 24 : 16
  const symbols: ElfSymbol[] = []
  for (let at = 0; at + length <= bytes.length; at += length) {
    const name = textAt(names, view.getUint32(at, true))
    if (name === "") continue
    const kind = (view.getUint8(at + (wide ? 4 : 12)) & 15) as 0 | 1 | 2
    symbols.push({
      name,
      kind: kind === 2 ? "function" : kind === 1 ? "object" : "other",
      byteLength: wide ? Number(view.getBigUint64(at + 16, true)) : view.getUint32(at + 8, true),
      defined: view.getUint16(at + (wide ? 6 : 14), true) !== 0,
    })
  }
  return symbols
}

function textAt(bytes: Uint8Array, at: number): string {
  const end = bytes.indexOf(0, at)
  return Buffer.from(bytes.subarray(at, end < 0 ? bytes.length : end)).toString("latin1")
}
