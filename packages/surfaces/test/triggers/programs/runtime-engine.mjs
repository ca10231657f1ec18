// An engine on a runtime's own library that passes on what it is given, caches and all: none of Strongroom's backends is on
// these runtimes.
export default async function create({ runtime, library, properties }) {
  const { run } = await import(`./${runtime}-library.mjs`)
  return {
    fingerprint: { engine: runtime, version: "1", device: "cpu", driver: "none" },
    capabilities: { kinds: ["onnx", "file"], types: ["float32"], parallelRuns: 1, cancels: false, keepsOutputs: false },
    async load(model) {
      const plaintext = await model.parts[0].bytes()
      return {
        async run({ inputs }) {
          const { shape, data } = inputs.x
          const elements = new Float32Array(data.buffer, data.byteOffset, data.byteLength / 4)
          const result = run(library, plaintext.bytes, { shape, elements }, properties)
          return { y: { type: "float32", shape, data: new Uint8Array(result) } }
        },
        close: async () => plaintext.close(),
      }
    },
    async close() {},
  }
}
