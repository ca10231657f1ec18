import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { Decrypter } from "age-encryption"
import { expect, it } from "vitest"
import { makeWorkplace } from "./session.js"

it.skipIf(process.platform === "win32")("extracts an age file that age opens by itself", async () => {
  const workplace = await makeWorkplace()
  try {
    const { stderr, exitCode } = await workplace.run(`
      echo hello > hello.txt && strongroom keygen publisher -q && strongroom keygen identity -q -o alice.key > alice.txt &&
      strongroom seal hello.txt -o hello.sealed --key publisher.key -q &&
      strongroom grant hello.sealed --key publisher.key --to @alice.txt -o alice.grant &&
      strongroom inspect alice.grant --age-file alice.age`)
    expect([stderr, exitCode]).toEqual(["", 0])
    const file = (name: string) => readFile(join(workplace.folder, name))
    const identity = /^AGE-SECRET-KEY-1.*$/m.exec(await readFile(join(workplace.folder, "alice.key"), "utf8"))?.[0]
    const age = new Decrypter()
    age.addIdentity(identity ?? "")
    const secret = Buffer.from(await age.decrypt(await file("alice.age")))
    // spec/grant.md, "What age wraps".
    expect([secret.length, secret.toString("latin1", 0, 8)]).toEqual([104, "SRGRANT1"])
    const [, key] = /STRONGROOM-CONTENT-KEY-1 (\S+)/.exec((await file("hello.sealed.key")).toString()) ?? []
    expect(secret.toString("hex", 8, 40)).toBe(key)
  } finally {
    await workplace.remove()
  }
})
