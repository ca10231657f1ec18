import assert from "node:assert/strict"
import { stat } from "node:fs/promises"
import { isAbsolute } from "node:path"
import { fileURLToPath } from "node:url"
import { modelKinds } from "@strongroom/core"
import { loadEngine } from "@strongroom/core/host"
import type { ConformanceCase } from "./conformance-case.js"

export const declaringCases: readonly ConformanceCase[] = [
  {
    id: "declares/value",
    title: "the backend is plain data that names a file, absolute paths, and a name for policies",
    async run(bench) {
      const backend = bench.createBackend()
      assert.deepStrictEqual(structuredClone(backend), backend)
      assert.deepStrictEqual(JSON.parse(JSON.stringify(backend.options)), backend.options)
      assert.deepStrictEqual(bench.createBackend(), backend)
      assert.equal(backend.contract, 1)
      assert.match(backend.name, /^[a-z0-9][a-z0-9-]*$/)
      assert.ok((await stat(fileURLToPath(backend.module))).isFile())
      const { devices = [], read = [], execute = [], environment = {} } = backend.needs
      for (const path of [...devices, ...read, ...execute])
        assert.ok(isAbsolute(path), "A path of needs isn't absolute.")
      for (const value of Object.values(environment)) assert.equal(typeof value, "string")
    },
  },
  {
    id: "declares/capabilities",
    title: "the engine names what it is and kinds that there are, and float32 among its types",
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
