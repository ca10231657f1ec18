import { broken } from "./broken.js"

/** What sizes are computed from: the inputs' shapes by name, and sizes that have names themselves. */
export interface Known {
  readonly inputs: Readonly<Record<string, readonly number[]>>
  readonly sizes: Map<string, number>
}

/** A size: an integer from 0, computed from the inputs of a run. @throws StrongroomError `backend-failed` */
export type Size = (known: Known) => number

/** What a size may refer to, so that a wrong name is found when the bundle is loaded. */
export interface Scope {
  /** Ranks of inputs. */
  readonly ranks: ReadonlyMap<string, number>
  readonly names: ReadonlySet<string>
}

const token = /\s*(?:(\d+)|([A-Za-z_]\w*)|'([^']*)'|([-+*/%(),]))/y
const mostDepth = 64
/** A chain of operators is computed one within the other. */
const mostWords = 1000

type Calculation = (a: number, b: number) => number

const functions: Readonly<Record<string, Calculation>> = {
  ceilDiv: (a, b) => Math.ceil(a / b),
  roundUp: (a, b) => Math.ceil(a / b) * b,
  min: Math.min,
  max: Math.max,
}

const operators: Readonly<Record<string, Calculation>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => Math.floor(a / b),
  "%": (a, b) => a % b,
}

/**
 * Reads an integer, or an expression of integers: `+ - * / %` with their usual precedence, where `/` rounds down;
 * parentheses; `ceilDiv(a, b)`, `roundUp(a, b)`, `min(a, b)`, `max(a, b)`; names of sizes; `count('input')`, the number of
 * an input's elements, and `dim('input', 0)`, one of its sizes. What comes out of every step must be an integer that a
 * number holds exactly, so that nothing is rounded unseen, and a division by zero never goes under.
 *
 * @throws StrongroomError `backend-failed`
 */
export function parseSize(value: unknown, scope: Scope, place: string): Size {
  if (typeof value === "number") {
    if (!isSize(value)) throw broken(place, "a size is an integer from 0")
    return () => value
  }
  if (typeof value !== "string") throw broken(place, "a size is a number or an expression")
  const parser = new Parser(value, scope, place)
  const size = parser.all()
  return (known) => {
    const result = size(known)
    if (!isSize(result)) throw broken(place, "for these inputs it is less than 0")
    return result
  }
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

interface Token {
  readonly kind: "number" | "name" | "text" | "sign" | "end"
  readonly text: string
}

class Parser {
  readonly #scope: Scope
  readonly #place: string
  readonly #tokens: readonly Token[]
  #at = 0
  #depth = 0

  constructor(text: string, scope: Scope, place: string) {
    this.#scope = scope
    this.#place = place
    this.#tokens = tokensOf(text, place)
  }

  all(): Size {
    const size = this.#sum()
    if (this.#peek.kind !== "end") throw this.#unexpected()
    return size
  }

  #sum(): Size {
    return this.#chain(["+", "-"], () => this.#product())
  }

  #product(): Size {
    return this.#chain(["*", "/", "%"], () => this.#single())
  }

  #chain(signs: readonly string[], operand: () => Size): Size {
    let left = operand()
    while (this.#peek.kind === "sign" && signs.includes(this.#peek.text)) {
      const calculate = operators[this.#next().text] as Calculation
      left = this.#step(calculate, left, operand())
    }
    return left
  }

  #single(): Size {
    if (this.#take("(")) return this.#nested(() => this.#sum())
    const { kind, text } = this.#peek
    if (kind !== "number" && kind !== "name") throw this.#unexpected()
    this.#next()
    if (kind === "number") {
      const value = this.#exact(Number(text))
      return () => value
    }
    return this.#take("(") ? this.#nested(() => this.#call(text)) : this.#named(text)
  }

  #nested(inner: () => Size): Size {
    this.#depth += 1
    if (this.#depth > mostDepth) throw broken(this.#place, `parentheses are nested more than ${mostDepth} deep`)
    const size = inner()
    if (!this.#take(")")) throw this.#unexpected()
    this.#depth -= 1
    return size
  }

  #named(name: string): Size {
    if (!this.#scope.names.has(name)) throw broken(this.#place, "it has a name that is no size")
    return ({ sizes }) => sizes.get(name) as number
  }

  #call(name: string): Size {
    if (name === "count" || name === "dim") {
      const input = this.#next()
      const rank = input.kind === "text" ? this.#scope.ranks.get(input.text) : undefined
      if (rank === undefined) throw broken(this.#place, `${name} names no input`)
      if (name === "count") return ({ inputs }) => (inputs[input.text] ?? []).reduce((all, size) => all * size, 1)
      const index = this.#take(",") ? this.#next() : undefined
      if (index?.kind !== "number" || Number(index.text) >= rank) throw broken(this.#place, "dim has no such dimension")
      return ({ inputs }) => inputs[input.text]?.[Number(index.text)] as number
    }
    const calculate = Object.hasOwn(functions, name) ? functions[name] : undefined
    if (calculate === undefined) throw broken(this.#place, "it has a function that isn't known")
    const first = this.#sum()
    if (!this.#take(",")) throw this.#unexpected()
    return this.#step(calculate, first, this.#sum())
  }

  #step(calculate: Calculation, first: Size, second: Size): Size {
    return (known) => this.#exact(calculate(first(known), second(known)))
  }

  #exact(value: number): number {
    if (!Number.isSafeInteger(value)) {
      throw broken(this.#place, "a step of it isn't an integer that a number holds exactly, or divides by zero")
    }
    // JavaScript's -0 is 0 here.
    return value + 0
  }

  get #peek(): Token {
    return this.#tokens[this.#at] as Token
  }

  #next(): Token {
    const next = this.#peek
    if (next.kind !== "end") this.#at += 1
    return next
  }

  #take(sign: string): boolean {
    if (this.#peek.kind !== "sign" || this.#peek.text !== sign) return false
    this.#at += 1
    return true
  }

  #unexpected(): Error {
    return unreadable(this.#place, this.#at)
  }
}

function tokensOf(text: string, place: string): readonly Token[] {
  const tokens: Token[] = []
  token.lastIndex = 0
  const { length } = text.trimEnd()
  while (token.lastIndex < length) {
    const match = token.exec(text)
    if (match === null) throw unreadable(place, tokens.length)
    const kinds = ["number", "name", "text", "sign"] as const
    const kind = kinds.find((_, index) => match[index + 1] !== undefined) as (typeof kinds)[number]
    tokens.push({ kind, text: match[kinds.indexOf(kind) + 1] as string })
    if (tokens.length > mostWords) throw broken(place, `the expression has more than ${mostWords} words`)
  }
  return [...tokens, { kind: "end", text: "" }]
}

function unreadable(place: string, words: number): Error {
  return broken(place, `the expression can't be read from its word ${words + 1} on`)
}
