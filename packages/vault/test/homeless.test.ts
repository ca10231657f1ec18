import { execFileSync } from "node:child_process"
import { chownSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { ordinaryUser } from "./ordinary-user.js"
import { hasNativeLibrary, ship, testBackend } from "./support.js"

const app = fileURLToPath(new URL("./fixtures/sealed-app.mjs", import.meta.url))

/** What an ordinary user's app tells of a run that keeps an artifact, with `environment` and nothing else in its own. */
async function run(environment: { readonly [name: string]: string }, isStoreNamed: boolean) {
  const { folder, model, keys } = await ship()
  const { uid, gid } = ordinaryUser
  if (uid !== undefined && gid !== undefined) {
    for (const name of ["", ...readdirSync(folder)]) chownSync(join(folder, name), uid, gid)
  }
  const backend = testBackend({ facts: true, artifact: true })
  const settings = { backend, model, keys, ...(isStoreNamed && { store: join(folder, "store") }) }
  const setting = { ...ordinaryUser, cwd: "/", env: environment, encoding: "utf8" } as const
  return JSON.parse(execFileSync(process.execPath, [app, JSON.stringify(settings)], setting))
}

describe.runIf(hasNativeLibrary)("an app of a user without a home", () => {
  const homes = [
    { title: "that is there", environment: { HOME: "/nonexistent/home" } },
    { title: "with a path", environment: { HOME: "" } },
    { title: "whose path is a whole one", environment: { HOME: "home" } },
    // Only who has no entry in the user database has none then.
    ...(ordinaryUser.uid === undefined ? [] : [{ title: "anywhere", environment: {} }]),
  ]

  it.each(homes)("$title opens a vault, runs a model in it, and keeps what is compiled", async ({ environment }) => {
    const { y, facts, evidence } = await run(environment, true)
    expect([y, evidence.store]).toEqual([5, { kept: 1, failures: 0, lastFailure: "" }])
    // The vault's own home is its private folder, as anybody's.
    expect(facts.environment.HOME).toBe(facts.workingDirectory)
  })

  it.each(homes)("$title runs it as well where nothing says where to keep that", async ({ environment }) => {
    const { y, evidence } = await run(environment, false)
    const { kept, lastFailure } = evidence.store
    expect([y, kept]).toEqual([5, 0])
    expect(lastFailure).toMatch(environment.HOME?.startsWith("/") ? /permission is denied/ : /this user has no home/)
  })
})
