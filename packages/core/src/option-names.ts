/**
 * Refuses an option that nobody reads: misspelt, it would demand or allow nothing, silently.
 *
 * @param what Begins the message: `openVault()`.
 * @throws TypeError
 */
export function checkOptionNames(options: object, known: readonly string[], what: string): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  if (unknown !== undefined) throw new TypeError(`${what} has no "${unknown}". There are: ${known.join(", ")}.`)
}
