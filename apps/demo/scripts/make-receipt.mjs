// Draws the sample receipt, public/sample-receipt.png: made up from the first letter to the last, the same at every run.
// Usage: npm run make-receipt -w @strongroom/demo

import { writeFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import sharp from "sharp"
import { randomNumbers } from "./random-numbers.mjs"
import { setText } from "./text-picture.mjs"

const paper = { width: 620, height: 1000 }
const desk = { width: 800, height: 1120 }
const ink = "#2b2b2f"
const margin = 46
/** Around the sheet, for its shadow to fade out in. */
const room = 24

/** @type {readonly (readonly [string, string])[]} */
const items = [
  ["Sourdough loaf", "4.20"],
  ["Oat milk 1 L", "2.35"],
  ["Comte cheese 240 g", "7.80"],
  ["Tomatoes 0.8 kg", "3.12"],
  ["Peach jam 300 g", "9.90"],
  ["Dark chocolate", "2.75"],
  ["Espresso beans", "8.40"],
  ["Basil in a pot", "1.95"],
]
const sum = (items.reduce((total, [, price]) => total + Math.round(Number(price) * 100), 0) / 100).toFixed(2)

/** @typedef {{ input: Buffer, left: number, top: number }} Placed */
/** @typedef {Parameters<typeof setText>[1]} Style */
/** @type {Placed[]} */
const placed = []

/** @param {string} text @param {number} top @param {"left" | "centre" | "right"} align @param {Partial<Style>} [style] */
async function put(text, top, align, style) {
  const { data, width, height } = await setText(text, { face: "mono", size: 24, colour: ink, ...style })
  const free = paper.width - width
  const left = { left: margin, centre: Math.round(free / 2), right: free - margin }[align]
  placed.push({ input: data, left, top: top - Math.round(height / 2) })
}

/** @param {number} top */
async function rule(top) {
  const line = { width: paper.width - 2 * margin, height: 2, channels: /** @type {3} */ (3), background: "#8d8b86" }
  placed.push({ input: await sharp({ create: line }).png().toBuffer(), left: margin, top })
}

await put("CORNER PANTRY", 74, "centre", { face: "bold", size: 42 })
await put("14 Harbour Lane, Porto Azul", 128, "centre", { size: 22 })
await put("Tel. 555 0142 836", 162, "centre", { size: 22 })
await rule(196)
await put("Receipt 20417", 226, "left", { size: 22 })
await put("2026-03-14 09:26", 226, "right", { size: 22 })
await rule(254)
// One piece, so that all baselines are where they belong.
const columns = 35
await put(items.map(([name, price]) => name + price.padStart(columns - name.length)).join("\n"), 456, "left", {
  size: 24.4,
  spacing: 17,
})
await rule(656)
await put("TOTAL EUR", 698, "left", { face: "monoBold", size: 32 })
await put(sum, 698, "right", { face: "monoBold", size: 32 })
await put("Card payment", 748, "left")
await put(sum, 748, "right")
await rule(784)
await put("Thank you, see you soon!", 830, "centre", { face: "serif", size: 26 })
await put("Returns within 30 days", 876, "centre", { size: 20 })
await put("www.cornerpantry.example", 912, "centre", { size: 20 })

const sheet = await sharp({ create: { ...paper, channels: 4, background: "#f7f5ee" } })
  .composite(placed)
  .png()
  .toBuffer()
const turned = await sharp(sheet).rotate(-1.8, { background: "#00000000" }).png().toBuffer({ resolveWithObject: true })
const left = Math.round((desk.width - turned.info.width) / 2)
const top = Math.round((desk.height - turned.info.height) / 2)
const shadow = await sharp(turned.data)
  .linear([0, 0, 0, 0.45], [20, 16, 12, 0])
  .extend({ top: room, bottom: room, left: room, right: room, background: "#14100c00" })
  .blur(9)
  .png()
  .toBuffer()
const scene = await sharp({ create: { ...desk, channels: 3, background: "#8a7460" } })
  .composite([
    { input: shadow, left: left + 8 - room, top: top + 10 - room },
    { input: turned.data, left, top },
  ])
  .removeAlpha()
  .blur(0.6)
  .raw()
  .toBuffer()

// A lamp from the upper left, and the noise of a small sensor.
const random = randomNumbers(20260314)
for (let y = 0; y < desk.height; y++) {
  for (let x = 0; x < desk.width; x++) {
    const light = 1.03 - 0.16 * (x / desk.width) ** 2 - 0.12 * (y / desk.height) ** 2
    const noise = random() < 0.02 ? (random() - 0.5) * 40 : 0
    for (let channel = 0; channel < 3; channel++) {
      const i = (y * desk.width + x) * 3 + channel
      scene[i] = Math.min(255, Math.max(0, Math.round((scene[i] ?? 0) * light + noise)))
    }
  }
}
const png = await sharp(scene, { raw: { ...desk, channels: 3 } })
  .png({ palette: true, colours: 18, dither: 0, compressionLevel: 9, effort: 10 })
  .toBuffer()
const path = fileURLToPath(new URL("../public/sample-receipt.png", import.meta.url))
await writeFile(path, png)
console.log(`public/sample-receipt.png: ${png.byteLength} bytes`)
