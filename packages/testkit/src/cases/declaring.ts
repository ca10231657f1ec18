import { modelKinds } from "@strongroom/core"
import type { Backend, BundledBackend } from "@strongroom/core/backend"
import { loadEngine } from "@strongroom/core/host"
import * as assert from "../assert.js"
import type { ConformanceCase } from "./conformance-case.js"

export const declaringCases: readonly ConformanceCase[] = [
  {
    id: "declares/value",
    title: "the backend is plain data that names a file or imports a module, absolute paths, and a name for policies",
    async run(bench) {
      const backend = bench.createBackend()
      const data = dataOf(backend)
      assert.deepStrictEqual(structuredClone(data), data)
      assert.deepStrictEqual(JSON.parse(JSON.stringify(backend.options)), backend.options)
      assert.deepStrictEqual(dataOf(bench.createBackend()), data)
      assert.equal(backend.contract, 1)
      assert.match(backend.name, /^[a-z0-9][a-z0-9-]*$/)
      if ("load" in backend) assert.equal(typeof (await backend.load()).default, "function")
      else assert.ok(await isFile(backend.module))
      const { devices = [], read = [], execute = [], environment = {} } = backend.needs
      for (const path of [...devices, ...read, ...execute]) assert.match(path, absolute)
      for (const value of Object.values(environment)) assert.equal(typeof value, "string")
    },
  },
  {
    id: "declares/capabilities",
    title: "the engine names what it is and kinds that there are, and float32 among its types",
    reaches: ["engine"],
    async run({ capabilities, createBackend }) {
      for (const kind of capabilities.kinds) assert.ok(modelKinds.includes(kind), `There is no kind "${kind}".`)
      assert.ok(capabilities.types.includes("float32"), "Every engine takes float32.")
      const loaded = await loadEngine(createBackend())
      try {
        for (const value of Object.values(loaded.engine.fingerprint)) assert.notEqual(value, "")
        assert.deepStrictEqual(loaded.engine.capabilities, capabilities)
      } finally {
        await loaded.close()
      }
    },
  },
]

/** A bundled backend has a function beside its data. */
function dataOf(backend: Backend | BundledBackend): object {
  if (!("load" in backend)) return backend
  const { load: _, ...data } = backend
  return data
}

/** On Windows a path begins with a drive or a server. */
const absolute = /^(\/|[A-Za-z]:[\\/]|\\\\)/

async function isFile(url: string): Promise<boolean> {
  const { stat } = await import("node:fs/promises")
  return (await stat(new URL(url))).isFile()
}
