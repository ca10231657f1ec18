// A process that uses a store: `store-worker.mjs FOLDER DEED [ARGUMENT]`. What comes of it is a line of JSON.
import { createHash, randomBytes } from "node:crypto"
import { fileStore } from "@strongroom/core/node"

const [folder, deed, argument] = process.argv.slice(2)
const store = fileStore(folder)
const keyOf = (number) => createHash("sha256").update(String(number)).digest("hex")
const bytesOf = (length) => {
  const bytes = randomBytes(length)
  return Buffer.concat([bytes, createHash("sha256").update(bytes).digest()])
}
const isWhole = (bytes) => {
  const digest = createHash("sha256").update(bytes.subarray(0, -32)).digest()
  return bytes.length > 32 && digest.equals(bytes.subarray(-32))
}
const outcome = async (work) => {
  try {
    return (await work()) ?? null
  } catch (error) {
    return { code: error.code, message: error.message }
  }
}

const deeds = {
  /** Puts until it is killed, and says when it has begun. */
  async forever() {
    for (let i = 0; ; i++) {
      await store.put(keyOf(i % 4), bytesOf(Number(argument)))
      if (i === 4) console.log("begun")
    }
  },
  /** Puts, gets and deletes what others do too; counts what it found whole, and what not. */
  async share() {
    const found = { whole: 0, broken: 0 }
    for (let i = 0; i < 150; i++) {
      const key = keyOf(Math.floor(Math.random() * 8))
      const deed = Math.random()
      if (deed < 0.5) await store.put(key, bytesOf(Math.floor(Math.random() * 20_000)))
      else if (deed < 0.95) {
        const bytes = await store.get(key)
        if (bytes) found[isWhole(Buffer.from(bytes)) ? "whole" : "broken"]++
      } else await store.delete(key)
    }
    return found
  },
  /** One of each, as far as the system lets it. */
  async try() {
    return {
      put: await outcome(() => store.put(keyOf(1), bytesOf(Number(argument)))),
      get: await outcome(async () => (await store.get(keyOf(0)))?.length),
      list: await outcome(async () => (await store.list()).length),
      delete: await outcome(() => store.delete(keyOf(0))),
    }
  },
}

console.log(JSON.stringify(await deeds[deed]()))
