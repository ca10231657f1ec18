/** Full-width forms of ASCII stand this far above it. */
const distance = 0xfee0

/**
 * The recogniser, at home in Chinese, likes full-width punctuation. In a line without Chinese, Japanese or Korean
 * characters it becomes the ASCII that was printed.
 */
export function withWesternPunctuation(text: string): string {
  if (/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(text)) return text
  return text.replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - distance))
}
