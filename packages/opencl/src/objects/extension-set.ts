/** Extensions as drivers give them, separated by spaces. */
export function extensionSet(text: string): ReadonlySet<string> {
  return new Set(text.split(" ").filter((name) => name !== ""))
}
