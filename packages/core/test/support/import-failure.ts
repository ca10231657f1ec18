import { expect } from "vitest"
import { StrongroomError } from "../../src/errors.js"

/** The error with which an import fails, which must be `import-failed`. */
export async function importFailure(importing: Promise<unknown>): Promise<StrongroomError> {
  const error: unknown = await importing.then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(StrongroomError.is(error) && error.code).toBe("import-failed")
  return error as StrongroomError
}
