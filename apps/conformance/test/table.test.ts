import { expect, it } from "vitest"
import type { CaseResult } from "../src/result.js"
import { print } from "../src/table.js"

const result = (operator: string, name: string, rest: Omit<CaseResult, "operator" | "name" | "kind">): CaseResult => ({
  kind: "node",
  name,
  operator,
  ...rest,
})

it("the table counts by operator, and names what failed and what the device had no part in", () => {
  const printed = print([
    result("Relu", "test_relu", { outcome: "passed", launches: 1 }),
    result("Relu", "test_relu_wrong", { outcome: "failed", reason: "an output is wrong." }),
    result("Add", "test_add", { outcome: "passed", launches: 0 }),
    result("Shape", "test_shape", { outcome: "passed", launches: 0 }),
    result("Conv", "test_conv", { outcome: "out", reason: "none" }),
  ])
  expect(printed.split("\n")).toEqual([
    "operator    passed    failed  declined       out   kernels no kernel",
    "Add            1/1                                       0         1",
    "Conv           0/1                             1",
    "Relu           1/2         1                             1",
    "Shape          1/1                                       0",
    "",
    "failed  node/test_relu_wrong: an output is wrong.",
    "no kernel  node/test_add",
    "",
    "node: 3 of 5 passed, 1 failed, 0 declined, 1 declared out",
    "all: 3 of 5 passed, 1 failed, 0 declined, 1 declared out",
  ])
})
