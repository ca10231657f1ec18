import sharp from "sharp"
import { randomNumbers } from "./random-numbers.mjs"
import { setText } from "./text-picture.mjs"

// Words as they could be, so that nobody can have them by heart; of letters that look like no other in any case.
const beginnings = ["b", "br", "d", "dr", "f", "g", "gr", "h", "k", "m", "n", "p", "pr", "r", "s", "st", "t", "tr"]
const vowels = ["a", "e", "u"]
const endings = ["d", "k", "m", "n", "nd", "p", "r", "rt", "t", "st"]

/** @type {readonly ("sans" | "bold" | "serif" | "mono")[]} */
const faces = ["sans", "bold", "serif", "mono"]
const inks = ["#1b2a41", "#3d1f1f", "#143d2b", "#222222"]
const papers = ["#ffffff", "#f6f1e4", "#e9eef3", "#eef3e6"]

const columns = 3
const rows = 4
const cell = { width: 320, height: 110 }

/**
 * A picture of twelve random words, in random faces, sizes, colours and places, the same for the same seed.
 *
 * @param {number} seed
 * @returns {Promise<{ words: string[], png: Buffer }>} The words in reading order.
 */
export async function wordPicture(seed) {
  const random = randomNumbers(seed)
  /** @template T @param {readonly T[]} choices @returns {T} */
  const pick = (choices) => /** @type {T} */ (choices[Math.floor(random() * choices.length)])
  const words = Array.from({ length: columns * rows }, () => {
    const syllables = random() < 0.5 ? 2 : 3
    let word = ""
    for (let i = 0; i < syllables; i++) word += pick(beginnings) + pick(vowels)
    word += pick(endings)
    return random() < 0.3 ? word.toUpperCase() : word
  })
  const paper = pick(papers)
  const placed = await Promise.all(
    words.map(async (word, i) => {
      const text = await setText(word, { face: pick(faces), size: 26 + Math.floor(random() * 10), colour: pick(inks) })
      const left = (i % columns) * cell.width + Math.floor(random() * (cell.width - 30 - text.width)) + 15
      const top = Math.floor(i / columns) * cell.height + Math.floor(random() * 20) + 30
      return { input: text.data, left, top }
    }),
  )
  const page = sharp({
    create: { width: columns * cell.width, height: rows * cell.height + 30, channels: 3, background: paper },
  })
  const flat = await page.composite(placed).png().toBuffer()
  const png = await sharp(flat)
    .rotate(random() * 4 - 2, { background: paper })
    .png()
    .toBuffer()
  return { words, png }
}
