import { StrongroomError } from "../../src/errors.js"

/** The code that `action` fails with; `"success"` when it doesn't. Other errors are thrown on. */
export async function codeOf(action: () => unknown): Promise<string> {
  try {
    await action()
    return "success"
  } catch (error) {
    if (!StrongroomError.is(error)) throw error
    return error.code
  }
}
