/**
 * The strict JSON of spec/sealed-model.md: a reader that refuses what RFC 8259 leaves open, because a document that two
 * readers understand differently is a forgery waiting to happen. Written to be read, not to be fast.
 */

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject

/** Has no prototype, so that no member's name (`__proto__`, `constructor`) means anything. */
export interface JsonObject {
  readonly [member: string]: JsonValue
}

export const deepestNesting = 16

/**
 * Reads a JSON text whose top is an object.
 *
 * @throws SyntaxError for a text that breaks a rule. The message names the rule and the place, never the content.
 */
export function parseStrictJson(bytes: Uint8Array): JsonObject {
  return new Reader(decodeUtf8(bytes)).document()
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    // A byte-order mark stays in the text, where the reader refuses it.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new SyntaxError("not UTF-8", { cause })
  }
}

const escapes: { readonly [letter: string]: string } = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
}

class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  document(): JsonObject {
    this.#skipSpace()
    if (this.#text[this.#at] !== "{") this.#refuse("the top must be an object")
    const value = this.#object(1)
    this.#skipSpace()
    if (this.#at !== this.#text.length) this.#refuse("something follows the object")
    return value
  }

  #value(depth: number): JsonValue {
    const first = this.#text[this.#at]
    if (first === "{") return this.#object(depth)
    if (first === "[") return this.#array(depth)
    if (first === '"') return this.#string()
    if (first === "t") return this.#word("true", true)
    if (first === "f") return this.#word("false", false)
    if (first === "n") return this.#word("null", null)
    return this.#number()
  }

  #object(depth: number): JsonObject {
    this.#enter(depth)
    const members: { [member: string]: JsonValue } = Object.create(null)
    if (this.#next("}")) return members
    do {
      this.#skipSpace()
      if (this.#text[this.#at] !== '"') this.#refuse("a member's name must be a string")
      const name = this.#string()
      if (name in members) this.#refuse("a member appears twice")
      if (!this.#next(":")) this.#refuse("a colon is missing")
      this.#skipSpace()
      members[name] = this.#value(depth + 1)
    } while (this.#next(","))
    if (!this.#next("}")) this.#refuse("an object doesn't end")
    return members
  }

  #array(depth: number): readonly JsonValue[] {
    this.#enter(depth)
    const items: JsonValue[] = []
    if (this.#next("]")) return items
    do {
      this.#skipSpace()
      items.push(this.#value(depth + 1))
    } while (this.#next(","))
    if (!this.#next("]")) this.#refuse("an array doesn't end")
    return items
  }

  #enter(depth: number): void {
    if (depth > deepestNesting) this.#refuse(`nested deeper than ${deepestNesting}`)
    this.#at++
  }

  #string(): string {
    let value = ""
    for (this.#at++; ; ) {
      const character = this.#text[this.#at++]
      if (character === undefined) this.#refuse("a string doesn't end")
      if (character === '"') break
      if (character < " ") this.#refuse("a control character in a string")
      value += character === "\\" ? this.#escape() : character
    }
    if (/\p{Surrogate}/u.test(value)) this.#refuse("an unpaired surrogate")
    return value
  }

  #escape(): string {
    const letter = this.#text[this.#at++]
    if (letter === "u") {
      const digits = this.#text.slice(this.#at, this.#at + 4)
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.#refuse("an escape isn't four hex digits")
      this.#at += 4
      return String.fromCharCode(Number.parseInt(digits, 16))
    }
    const character = letter === undefined || !Object.hasOwn(escapes, letter) ? undefined : escapes[letter]
    if (character === undefined) this.#refuse("an unknown escape")
    return character
  }

  #number(): number {
    const digits = /-?[0-9]+/y
    digits.lastIndex = this.#at
    const text = digits.exec(this.#text)?.[0]
    if (text === undefined) this.#refuse("a value is missing")
    this.#at += text.length
    const value = Number(text)
    if (!Number.isSafeInteger(value) || String(value) !== text) this.#refuse("not an integer in its shortest form")
    const after = this.#text[this.#at]
    if (after === "." || after === "e" || after === "E") this.#refuse("a number with a fraction or an exponent")
    return value
  }

  #word<T extends null | boolean>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) this.#refuse("a value is missing")
    this.#at += word.length
    return value
  }

  /** Skips white space, and then `character` if it is there. */
  #next(character: string): boolean {
    this.#skipSpace()
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }

  #skipSpace(): void {
    while (/^[ \t\n\r]$/.test(this.#text[this.#at] ?? "")) this.#at++
  }

  #refuse(rule: string): never {
    throw new SyntaxError(`${rule} (at character ${this.#at})`)
  }
}
