import { execFile } from "node:child_process"
import { promisify } from "node:util"

const run = promisify(execFile)

/** "OpenSSL 3.0.19", or `undefined` where its command line isn't installed. */
export async function opensslVersion(): Promise<string | undefined> {
  try {
    return (await run("openssl", ["version"])).stdout.split(" ").slice(0, 2).join(" ")
  } catch {
    return undefined
  }
}

/** What `openssl speed` gives in a second over one MiB, in bytes a second: of processor time, with several processes of the clock. */
export async function opensslSpeed(algorithm: readonly string[], processes: number): Promise<number> {
  const multi = processes === 1 ? [] : ["-multi", String(processes)]
  const values = ["speed", "-seconds", "1", "-bytes", "1048576", ...multi, ...algorithm]
  const { stdout } = await run("openssl", values)
  const found = /^(?:AES-256-GCM|sha256)\s+([\d.]+)k\s*$/im.exec(stdout)
  if (found === null) throw new Error("openssl speed printed something else than expected.")
  return Number(found[1]) * 1000
}
