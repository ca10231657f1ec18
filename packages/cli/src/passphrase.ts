import { readText } from "./read-files.js"

/** The terminal on which a passphrase is typed. */
export interface Console {
  readonly input: NodeJS.ReadStream
  readonly output: { write(text: string): unknown }
  /** What Ctrl-C does. A terminal without echo hands it over as a character, not as a signal. */
  interrupt(): void
}

const controlC = "\u0003"
const endOfTransmission = "\u0004"
const killLine = "\u0015"
const erase: readonly string[] = ["\u007f", "\b"]

/**
 * Asks on the terminal, without echo. An abort rejects with the signal's reason.
 *
 * @throws TypeError where there is no terminal.
 */
export function askPassphrase(question: string, console: Console, signal: AbortSignal): Promise<string> {
  const { input, output } = console
  if (!input.isTTY) {
    throw new TypeError("There is no terminal to ask for the passphrase on. Give it with --passphrase-file.")
  }
  signal.throwIfAborted()
  // Before the question: what is typed in answer to it must find no echo.
  input.setRawMode(true)
  input.setEncoding("utf8")
  output.write(question)
  return new Promise((resolve, reject) => {
    let typed = ""
    const leave = () => {
      signal.removeEventListener("abort", abort)
      input.off("data", take)
      input.setRawMode(false)
      input.pause()
      output.write("\n")
    }
    const abort = () => {
      leave()
      reject(signal.reason)
    }
    const take = (text: string) => {
      for (const character of text) {
        if (character === "\r" || character === "\n" || character === endOfTransmission) {
          leave()
          return resolve(typed)
        }
        if (character === controlC) return console.interrupt()
        if (erase.includes(character)) typed = [...typed].slice(0, -1).join("")
        else if (character === killLine) typed = ""
        else typed += character
      }
    }
    signal.addEventListener("abort", abort)
    input.on("data", take)
    input.resume()
  })
}

/** A passphrase from a file's first line, without the end of the line. */
export async function readPassphrase(path: string, signal: AbortSignal): Promise<string> {
  const [line = ""] = (await readText(path, signal)).split(/\r?\n/)
  if (line === "") throw new TypeError(`${path} holds no passphrase: its first line is empty.`)
  return line
}
