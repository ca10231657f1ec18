/**
 * What a word stands for.
 *
 * @param table of all words
 * @param name of what is chosen, for the message
 * @throws TypeError for a word that isn't in the table
 */
export function choice<Word extends string, Value>(
  table: Readonly<Record<Word, Value>>,
  word: Word,
  name: string,
): Value {
  if (Object.hasOwn(table, word)) return table[word]
  throw new TypeError(`${name} is one of ${Object.keys(table).join(", ")}, not ${String(word)}.`)
}
