import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { hasProgram } from "./user-program.js"

export const noAuthority = hasProgram("openssl") ? undefined : "there is no openssl to make a certificate with"

/** A certificate for localhost that is its own authority, in `folder`/authority.pem. */
export function makeAuthority(folder: string): { readonly key: Buffer; readonly cert: Buffer } {
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "authority.pem")]
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
  const made = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
  execFileSync("openssl", ["req", ...made, ...subject, "-keyout", key, "-out", certificate], { stdio: "ignore" })
  return { key: readFileSync(key), cert: readFileSync(certificate) }
}
