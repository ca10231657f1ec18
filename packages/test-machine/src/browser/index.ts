/**
 * Pages in a real browser, for tests: a headless Chromium with a profile of its own, a server, and a bundler.
 *
 * @module
 */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { BrowserContext, Page } from "playwright-core"
import { type Bundle, bundlePage } from "./bundle.js"
import { launchChromium } from "./launch.js"
import { type PageServer, servePages } from "./server.js"

export type { Page } from "playwright-core"
export type { Bundle } from "./bundle.js"
export { filesWith } from "./files-with.js"
export { launchChromium } from "./launch.js"
export type { PageServer, Served } from "./server.js"

/** A module for pages: functions of values that can be copied. */
type PageModule = { readonly [name: string]: unknown }

export interface TestBrowserOptions {
  /** Pages have shared memory (they are cross-origin isolated). Default: false. */
  readonly isolated?: boolean
  /** Further flags of Chromium's. */
  readonly flags?: readonly string[]
}

export interface TestBrowser extends AsyncDisposable {
  readonly server: PageServer
  readonly bundle: Bundle
  /** Where the browser keeps what it keeps, until it is closed. */
  readonly profile: string
  readonly context: BrowserContext
  /** A new tab whose module is loaded. */
  open(): Promise<TestPage>
  /** Ends the browser and leaves the profile, to look at it. */
  quit(): Promise<void>
  /** Starts it again, with the same profile. */
  restart(): Promise<void>
  close(): Promise<void>
}

export interface TestPage {
  readonly page: Page
  /** What the page said to the console, warnings and errors included. */
  readonly said: readonly string[]
  /** Calls a function that the page's module exports. */
  call<Module extends PageModule, Name extends keyof Module & string>(
    name: Name,
    ...args: Module[Name] extends (...args: infer Args) => unknown ? Args : never
  ): Promise<Module[Name] extends (...args: never[]) => infer Result ? Awaited<Result> : never>
  close(): Promise<void>
}

/**
 * Starts a browser for pages with one module.
 *
 * @param entry The module's path: TypeScript, as its app's bundler would take it.
 */
export async function startBrowser(entry: string, options: TestBrowserOptions = {}): Promise<TestBrowser> {
  const { isolated = false, flags = [] } = options
  const [bundle, server] = await Promise.all([bundlePage(entry), servePages({ isolated })])
  for (const [path, bytes] of bundle.files) server.files.set(path, { bytes })
  const html = '<!doctype html><title>Strongroom</title><script type="module" src="/page.js"></script>'
  server.files.set("/index.html", { bytes: Buffer.from(html) })
  server.files.set("/favicon.ico", { bytes: new Uint8Array(0) })
  const profile = await mkdtemp(join(tmpdir(), "strongroom-profile-"))
  let context = await launchChromium(profile, flags)
  const quit = () => context.close()
  const close = async () => {
    await quit()
    await server.close()
    await rm(profile, { recursive: true, force: true, maxRetries: 5 })
  }
  return {
    server,
    bundle,
    profile,
    get context() {
      return context
    },
    open: async () => openPage(await context.newPage(), server.origin),
    quit,
    async restart() {
      await quit()
      context = await launchChromium(profile, flags)
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function openPage(page: Page, origin: string): Promise<TestPage> {
  const said: string[] = []
  page.on("console", (message) => said.push(`${message.type()}: ${message.text()}`))
  page.on("pageerror", (error) => said.push(`error: ${error.message}`))
  await page.goto(`${origin}/index.html`)
  await page.waitForFunction(() => "page" in globalThis)
  return {
    page,
    said,
    call: (name, ...args) =>
      page.evaluate(
        ([called, given]) => {
          const { page: module } = globalThis as unknown as {
            page: { [name: string]: (...args: unknown[]) => unknown }
          }
          return module[called]?.(...given) as never
        },
        [name, args] as const,
      ),
    close: () => page.close(),
  }
}
