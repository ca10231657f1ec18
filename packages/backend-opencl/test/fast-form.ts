/**
 * STRONGROOM_FULL: everything is tried in every way. Else, in the fast form, each case is tried and each way is, but not
 * all cases in all ways: most of the time that tests take is that of PoCL's compiler, which each pair needs anew.
 */
export const isFull = process.env.STRONGROOM_FULL === "1"

/** Those of `cases` that are tried in `way`: in the fast form the first, and of the others each in one of `ways`. */
export const triedIn = <Case, Way>(cases: readonly Case[], way: Way, ways: readonly Way[]): readonly Case[] =>
  cases.filter((_, index) => isFull || index === 0 || ways[index % ways.length] === way)

/** What is tried in this form: `whole` in the full one, `fast` in the fast one. */
export const ofForm = <Choice>(whole: readonly Choice[], fast: readonly Choice[]): readonly Choice[] =>
  isFull ? whole : fast
