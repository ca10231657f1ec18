import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import packageJson from "../package.json"
import { noCounts } from "../src/artifact-store/tally.js"
import { guaranteeCatalogue } from "../src/report/catalogue.js"
import type { Report } from "../src/report/guarantee.js"
import { inProcessReport } from "../src/report/in-process.js"
import { formatReport } from "../src/report/text.js"

const page = readFileSync(new URL("../../../docs/guarantees.md", import.meta.url), "utf8")
const fingerprint = { engine: "onnxruntime", version: "1.30.0", device: "cpu", driver: "none" }
const report = () =>
  inProcessReport(
    "onnxruntime",
    fingerprint,
    { cachePolicy: "off", counts: noCounts },
    new Map([["network.none", [{ seen: 1 }]]]),
  )

describe("docs/guarantees.md", () => {
  it("explains every guarantee of the catalogue, in its order, with its sentence and whether it is strict", () => {
    const headings = [...page.matchAll(/^### `([^`]+)`( \(strict\))?\n\n(.+)$/gm)]
    const explained = headings.map(([, id, strict, text]) => [id, strict !== undefined, text])
    const expected = Object.entries(guaranteeCatalogue).map(([id, { title, strict }]) => [
      id,
      strict,
      expect.stringContaining(title.slice(0, -1)),
    ])
    expect(explained).toEqual(expected)
  })
})

describe("the report of a process without a vault", () => {
  it("has every guarantee of the catalogue, and claims no more than holds", () => {
    const { guarantees } = report()
    expect(guarantees.map(({ id }) => id)).toEqual(Object.keys(guaranteeCatalogue))
    expect(guarantees.filter(({ state }) => state !== "unavailable").map(({ id }) => id)).toEqual(["model.authentic"])
    expect(guarantees.find(({ id }) => id === "network.none")?.evidence).toEqual([{ seen: 1 }])
    for (const { mechanism } of guarantees) expect(mechanism).toContain("There is no vault")
  })

  it("says where, when and with what", () => {
    const { place, time, versions, backend, platform, cachePolicy } = report()
    expect(place).toBe("in-process")
    expect(new Date(time).toISOString()).toBe(time)
    expect(versions).toEqual({ strongroom: packageJson.version, node: process.versions.node })
    expect(backend).toEqual({ name: "onnxruntime", ...fingerprint })
    expect(platform).toBe(`${process.platform}-${process.arch}`)
    expect(cachePolicy).toBe("off")
  })

  it("survives JSON", () => {
    const made = report()
    expect(JSON.parse(JSON.stringify(made))).toEqual(made)
  })
})

describe("formatReport", () => {
  it("says in its first line that there is no vault, where there is none", () => {
    const [first, second] = formatReport(report()).split("\n")
    expect(first).toMatch(/^THERE IS NO VAULT: the model was opened in the app's own process\./)
    expect(second).toBe("")
    expect(formatReport({ ...report(), place: "vault" })).not.toContain("THERE IS NO VAULT")
  })

  it("aligns its columns, without colour", () => {
    const made: Report = {
      format: "strongroom-report/1",
      time: "2026-01-02T03:04:05.000Z",
      place: "vault",
      platform: "linux-x64",
      versions: { strongroom: "1.0.0", node: "20.19.0" },
      backend: { name: "onnxruntime", ...fingerprint },
      cachePolicy: "off",
      guarantees: [
        { id: "model.authentic", title: "A.", state: "enforced", mechanism: "By this.", evidence: [] },
        { id: "network.none", title: "B.", state: "unavailable", mechanism: "No jail.", evidence: null },
      ],
      limits: ["Root reads everything."],
    }
    expect(formatReport(made)).toBe(
      [
        "made          2026-01-02T03:04:05.000Z",
        "place         vault",
        "platform      linux-x64",
        "versions      strongroom 1.0.0, node 20.19.0",
        "backend       onnxruntime",
        "cache policy  off",
        "engine        onnxruntime 1.30.0",
        "device        cpu, none",
        "",
        "enforced     model.authentic  A. By this.",
        "unavailable  network.none     B. No jail.",
        "",
        "not promised  Root reads everything.",
      ].join("\n"),
    )
    expect(formatReport({ ...made, backend: { name: "none" }, guarantees: [] })).not.toContain("engine")
  })

  it("has what the backend says below its guarantee, each line once, and no other evidence", () => {
    const passedOver = [
      { engine: "webgpu", reason: "There is no GPU." },
      { engine: "tfjs-node", reason: "It can't be\n\u001b[31mstarted." },
    ]
    const said = [{ tfjsEngine: "wasm", passedOver }, { tfjsEngine: "wasm", passedOver, wanted: "webgpu" }, "plain"]
    const lines = [
      "tfjsEngine: wasm",
      "passedOver: engine: webgpu, reason: There is no GPU.",
      "passedOver: engine: tfjs-node, reason: It can't be [31mstarted.",
      "wanted: webgpu",
      "plain",
    ]
    const made = report()
    const known = { title: "A.", state: "unavailable", mechanism: "" } as const
    for (const evidence of [said, { backend: said, modules: ["not-shown.js"] }]) {
      const guarantees = [
        { ...known, id: "modules.known", evidence },
        { ...known, id: "network.none", evidence: { tried: "not shown" } },
      ] as const
      const text = formatReport({ ...made, guarantees }).split("\n")
      const at = text.indexOf("unavailable  modules.known  A.")
      expect(text.slice(at + 1, at + 6)).toEqual(lines.map((line) => `               ${line}`))
      expect(text[at + 6]).toBe("unavailable  network.none   A.")
      expect(text.join("\n")).not.toMatch(/not.shown/)
    }
  })
})
