import { expect, it } from "vitest"
import { textsIn } from "../src/texts-in.js"

const name = "secret-node-7f3a"

it.each<[string, () => unknown]>([
  ["a message", () => new Error(`No ${name}.`)],
  ["a stack", () => Object.assign(new Error("No."), { stack: `at ${name}` })],
  ["a cause's cause", () => new Error("No.", { cause: new Error("No.", { cause: { at: name } }) })],
  ["an aggregate's errors", () => new AggregateError([new Error(name)], "No.")],
  ["a hidden property", () => Object.defineProperty(new Error("No."), "node", { value: name, enumerable: false })],
  ["a property's name", () => Object.assign(new Error("No."), { [name]: 1 })],
  ["a symbol", () => Object.assign(new Error("No."), { [Symbol(name)]: 1 })],
  ["a property that is computed", () => Object.defineProperty(new Error("No."), "node", { get: () => name })],
  [
    "what a property throws",
    () =>
      Object.defineProperty(new Error("No."), "node", {
        get() {
          throw new Error(name)
        },
      }),
  ],
  ["a map", () => new Map([["node", { name }]])],
  ["what holds itself", () => Object.assign([] as unknown[], { 0: new Error(name) })],
  ["a function", () => Object.assign(() => 1, { node: name })],
])("a name is found in %s", (_, make) => {
  const value = make()
  if (Array.isArray(value)) value.push(value)
  expect(textsIn(value)).toContain(name)
})

it("a name that isn't there isn't found", () => {
  expect(textsIn(new Error("No.", { cause: new Error("Why.") }))).not.toContain(name)
})
