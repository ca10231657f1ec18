// The publisher's part of the README, by the command line: keys, a sealed model and a grant. Takes the path of the
// strongroom command; the model is the one that the sample application uses.
import { execFileSync } from "node:child_process"

const [command] = process.argv.slice(2)
const strongroom = (...args) => execFileSync(process.execPath, [command, ...args], { encoding: "utf8", stdio: "pipe" })

strongroom("keygen", "publisher", "-o", "publisher")
const recipient = strongroom("keygen", "identity", "-o", "alice.key").trim()
strongroom("seal", "ocr.onnx", "-o", "ocr.sealed", "--key", "publisher.key")
strongroom(
  ...["grant", "ocr.sealed", "--content-key", "ocr.sealed.key", "--key", "publisher.key"],
  ...["--to", recipient, "-o", "alice.grant"],
)
