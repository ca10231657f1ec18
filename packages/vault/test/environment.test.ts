import { readFileSync } from "node:fs"
import { openVault } from "@strongroom/vault"
import { describe, expect, it, onTestFinished } from "vitest"
import { vaultEnvironment } from "../src/app/environment.js"
import { canLookInside, pidOf, testBackend } from "./support.js"

describe("a backend's needs", () => {
  it.each([
    ...["NODE_OPTIONS", "NODE_V8_COVERAGE", "node_options", "LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT"],
    ...["DYLD_INSERT_LIBRARIES", "OPENSSL_CONF", "OPENSSL_MODULES", "SSL_CERT_FILE", "UV_THREADPOOL_SIZE"],
    ...["MALLOC_TRACE", "GLIBC_TUNABLES", "GCONV_PATH", "LOCPATH", "NLSPATH", "HOSTALIASES", "BASH_ENV", "ENV"],
    ...["PYTHONSTARTUP", "PERL5OPT", "RUBYOPT", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "CLASSPATH"],
    ...["PATH", "HOME", "TMPDIR", "XDG_CACHE_HOME", "A=B", "", "A\0B"],
  ])("can't set %s", async (name) => {
    const environment = { [name]: "/tmp/x" }
    expect(() => vaultEnvironment("/vault", environment)).toThrow(TypeError)
    await expect(openVault({ backend: testBackend({}, { environment }) })).rejects.toBeInstanceOf(TypeError)
  })

  it.each([1, null, undefined, "a\0b"])("can't have the value %j", (value) => {
    expect(() => vaultEnvironment("/vault", { ENGINE_SETTING: value as string })).toThrow(TypeError)
  })

  it("can have names of the engine's own", () => {
    const needed = { ORT_DISABLE_TELEMETRY: "1", OMP_NUM_THREADS: "4", SSLESS: "1", NODES: "2" }
    expect(vaultEnvironment("/vault", needed)).toMatchObject(needed)
  })
})

it.runIf(canLookInside)("what Node gives to its children by itself isn't there either", async () => {
  process.env.NODE_V8_COVERAGE = "/nowhere/coverage"
  onTestFinished(() => void delete process.env.NODE_V8_COVERAGE)
  await using vault = await openVault({ backend: testBackend(), strict: ["process.environment"] })
  const names = readFileSync(`/proc/${pidOf(vault)}/environ`, "latin1").match(/^[^=]+(?==)|(?<=\0)[^=]+(?==)/g)
  expect(names).toContain("HOME")
  expect(names?.filter((name) => name.startsWith("NODE"))).toEqual([])
})
