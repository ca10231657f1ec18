/**
 * STRONGROOM_FULL: everything is tried in every way. Else, in the fast form, each case is tried and each way is, but not
 * all cases in all ways: most of the time that tests take is that of PoCL's compiler, which each pair needs anew.
 */
export const isFull = process.env.STRONGROOM_FULL === "1"

/** Those of `cases` that are tried in the way of this index, of so many: the first in all, in the fast form others in one. */
export const triedIn = <Case>(cases: readonly Case[], way: number, ways: number): readonly Case[] =>
  cases.filter((_, index) => isFull || index === 0 || index % ways === way)

/** All in the full form, in the fast form those beside. */
export const ofForm = <Choice>(whole: readonly Choice[], fast: readonly Choice[]): readonly Choice[] =>
  isFull ? whole : fast
