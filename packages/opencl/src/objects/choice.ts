/**
 * The constant that a word stands for.
 *
 * @throws TypeError for a word that isn't in the table
 */
export function choice<Word extends string>(table: Readonly<Record<Word, number>>, word: Word, name: string): number {
  if (Object.hasOwn(table, word)) return table[word]
  throw new TypeError(`${name} is one of ${Object.keys(table).join(", ")}, not ${String(word)}.`)
}
