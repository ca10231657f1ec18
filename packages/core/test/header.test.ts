import { describe, expect, it } from "vitest"
import { utf8 } from "../src/bytes.js"
import { encodeHeader, type Header, parseHeader } from "../src/format/header.js"
import { codeOf } from "./support/error-code.js"

const header: Header = {
  format: "strongroom-model/1-draft",
  suite: "aes256gcm-sha256-ed25519",
  model: "0".repeat(32),
  release: 0,
  publisher: "1".repeat(64),
  signer: "2".repeat(64),
  segmentSize: 4096,
  payloadLength: 4096,
  salt: "3".repeat(64),
  commitment: "4".repeat(64),
  tables: "5".repeat(64),
}
const read = (change: { readonly [member: string]: unknown }) =>
  codeOf(() => parseHeader(utf8(JSON.stringify({ ...header, ...change }))))

it("reads what it writes", () => {
  for (const written of [header, { ...header, label: "ocr é" }]) {
    expect(parseHeader(encodeHeader(written))).toEqual(written)
  }
})

describe("limits", () => {
  it.each([
    ["release", 0, 2 ** 31 - 1],
    ["payloadLength", 6, 4096 * 2 ** 20],
  ])("of %s: %i to %i", async (member, least, most) => {
    expect(await read({ [member]: least - 1 })).toBe("header-invalid")
    expect(await read({ [member]: least })).toBe("success")
    expect(await read({ [member]: most })).toBe("success")
    expect(await read({ [member]: most + 1 })).toBe("header-invalid")
  })

  it("of the segment size: powers of two from 2^12 to 2^24", async () => {
    for (let exponent = 12; exponent <= 24; exponent++)
      expect(await read({ segmentSize: 2 ** exponent })).toBe("success")
    for (const segmentSize of [0, 2 ** 11, 4095, 4097, 6144, 2 ** 24 - 1, 2 ** 25]) {
      expect(await read({ segmentSize }), `${segmentSize}`).toBe("header-invalid")
    }
  })

  it("of the payload, whatever the segments", async () => {
    expect(await read({ segmentSize: 2 ** 24, payloadLength: 2 ** 44 })).toBe("success")
    expect(await read({ segmentSize: 2 ** 24, payloadLength: 2 ** 44 + 1 })).toBe("header-invalid")
  })

  it("of the label: 256 bytes of UTF-8", async () => {
    expect(await read({ label: "" })).toBe("success")
    expect(await read({ label: "é".repeat(128) })).toBe("success")
    expect(await read({ label: `${"é".repeat(128)}a` })).toBe("header-invalid")
    expect(await read({ label: 1 })).toBe("header-invalid")
  })
})

it.each(["model", "publisher", "signer", "salt", "commitment", "tables"] as const)(
  "wants %s as hex",
  async (member) => {
    const { length } = header[member]
    for (const value of [undefined, 1, "", "0".repeat(length - 2), "0".repeat(length + 2), "A".repeat(length)]) {
      expect(await read({ [member]: value }), String(value)).toBe("header-invalid")
    }
  },
)

it("ignores what it doesn't know, unless that is critical", async () => {
  expect(await read({ later: { a: 1 } })).toBe("success")
  expect(await read({ later: 1, critical: ["later"] })).toBe("critical-unknown")
  for (const critical of [[], "later", [1], ["later", 1], null, {}]) {
    expect(await read({ critical }), JSON.stringify(critical)).toBe("header-invalid")
  }
})

it("looks at the format, then critical, then the suite, then the rest", async () => {
  const wrong = { format: "strongroom-model/2", critical: ["x"], suite: "rot13", release: -1 }
  expect(await read(wrong)).toBe("format-unsupported")
  expect(await read({ ...wrong, format: header.format })).toBe("critical-unknown")
  expect(await read({ ...wrong, format: header.format, critical: undefined })).toBe("suite-unsupported")
  expect(await read({ release: -1 })).toBe("header-invalid")
  expect(await read({ format: 1 })).toBe("header-invalid")
  expect(await read({ suite: 1 })).toBe("header-invalid")
})
