import { missingChromium } from "@strongroom/test-machine"
import type { TestPage } from "@strongroom/test-machine/browser"
import { residentBytes, type Suite, testSuite } from "@strongroom/testkit"
import { describe, expect, it } from "vitest"
import { inSlowPlace } from "../slow-places.js"
import type { Subject } from "./conformance-module.js"
import { startPages } from "./pages.js"

type Module = typeof import("./conformance-module.js")

const missing = missingChromium()

/** The suite in a page of a browser of its own. */
async function openInPage(subject: Subject): Promise<Suite> {
  const browser = await startPages({}, "./conformance-module.ts")
  const page = await browser.open()
  await page.page.exposeFunction("memoryInUse", () => browserMemory(page))
  return {
    run: ({ id }) => page.call<Module, "runCase">("runCase", subject, id),
    async close() {
      await page.call<Module, "closeSuite">("closeSuite", subject)
      await browser.close()
    },
  }
}

/** Of all the browser's processes, those that draw included. */
async function browserMemory({ page }: TestPage): Promise<readonly number[]> {
  const session = await page.context().newCDPSession(page)
  await session.send("HeapProfiler.collectGarbage")
  await session.detach()
  return [residentBytes(process.pid) - process.memoryUsage.rss()]
}

describe.skipIf(missing).each(["webgpu", "webgl", "wasm"] as const)(
  `in a page${missing ? ` (${missing})` : ""}`,
  (engine) => {
    testSuite({
      describe,
      it,
      name: `tfjs in a page on ${engine}`,
      open: () => openInPage(engine),
      ...inSlowPlace({ run: 50, skipped: 15 }, ["run/outputs-stay", "load/part-error"]),
    })
  },
)

describe.skipIf(missing)(`the suite in a page${missing ? ` (${missing})` : ""}`, () => {
  it("finds a wrong engine", async () => {
    const suite = await openInPage("leaking")
    const outcome = (id: string) => suite.run({ id } as Parameters<Suite["run"]>[0])
    try {
      await expect(outcome("values/add")).rejects.toThrow("Expected")
      await expect(outcome("memory/runs")).rejects.toThrow("memory grew by")
      expect(await outcome("values/not")).toBe(true)
    } finally {
      await suite.close()
    }
  })
})
