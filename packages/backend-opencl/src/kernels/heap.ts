/** How one work-item puts the first of some items into order. All members are OpenCL C; items are ints from 0. */
export interface Ordering {
  /** How many there are. */
  readonly length: string
  /** How many are wanted, at least 1: the first ones. */
  readonly most: string
  /** Whether item `a` comes before item `b`: no two are equal. */
  before(a: string, b: string): string
  /** The item at a place of the list, from 0. */
  read(place: string): string
  store(place: string, item: string): string
  /** Which items aren't wanted at all, by `item`. */
  readonly skip?: string
}

/**
 * Statements after which `count` is the number of items in the list, in their order. A heap, whose root comes last, holds the
 * first that were seen; then it is sorted (Williams and Floyd, Communications of the ACM 7, 1964). Most items of a long list
 * cost one comparison.
 */
export function orderCode(ordering: Ordering): string {
  const { length, most, before, read, store, skip } = ordering
  return `
  int count = 0;
  for (int item = 0; item < ${length}; item++) {
    ${skip === undefined ? "" : `if (${skip}) continue;`}
    if (count < ${most}) {
      int hole = count++;
      while (hole > 0) {
        const int parent = (hole - 1) / 2, other = ${read("parent")};
        if (!${before("other", "item")}) break;
        ${store("hole", "other")};
        hole = parent;
      }
      ${store("hole", "item")};
    } else if (${before("item", read("0"))}) {${sink(ordering, "item", "count")}
    }
  }
  for (int end = count - 1; end > 0; end--) {
    const int moved = ${read("end")};
    ${store("end", read("0"))};${sink(ordering, "moved", "end")}
  }`
}

/** Puts `item` in the place of the root. */
function sink({ before, read, store }: Ordering, item: string, size: string): string {
  return `
      int hole = 0;
      for (;;) {
        int child = 2 * hole + 1;
        if (child >= ${size}) break;
        if (child + 1 < ${size} && ${before(read("child"), read("child + 1"))}) child++;
        const int other = ${read("child")};
        if (!${before(item, "other")}) break;
        ${store("hole", "other")};
        hole = child;
      }
      ${store("hole", item)};`
}
