// The lines that were read, each beside its box in the picture.
import { byId, duration, make, tell } from "./elements.js"

/** @typedef {import("./server.js").Result} Result */

const stage = byId("stage")
const boxes = byId("boxes")
const list = byId("lines")

/** The text of all lines, to be copied. */
let wholeText = ""

export function clearLines() {
  boxes.replaceChildren()
  list.replaceChildren()
}

/** @param {Result} result */
export function presentLines({ lines, width, height, milliseconds }) {
  const count = lines.length === 1 ? "1 line" : `${lines.length} lines`
  byId("summary").textContent = `${count} in ${duration(milliseconds)}, ${width} × ${height} pixels`
  boxes.setAttribute("viewBox", `0 0 ${width} ${height}`)
  stage.style.aspectRatio = stage.classList.contains("blank") ? `${width} / ${height}` : ""
  if (lines.length === 0) tell(byId("problem"), "No text was found in this picture.")
  wholeText = lines.map(({ text }) => text).join("\n")
  byId("copy").hidden = lines.length === 0
  const pairs = lines.map(({ text, confidence, box }, i) => {
    const polygon = document.createElementNS("http://www.w3.org/2000/svg", "polygon")
    polygon.setAttribute("points", box.map((point) => point.join(",")).join(" "))
    const percent = Math.floor(confidence * 100)
    const button = make(
      "button",
      { type: "button" },
      make("span", { class: "number" }, String(i + 1)),
      make("span", { class: "words" }, text),
      make("span", { class: percent < 85 ? "sure low" : "sure", title: "How sure the recogniser is" }, `${percent}%`),
    )
    return { polygon, button }
  })
  boxes.replaceChildren(...pairs.map(({ polygon }) => polygon))
  list.replaceChildren(...pairs.map(({ button }) => make("li", {}, button)))
  link(pairs)
}

/** Marks a line and its box together: those under the pointer, or else those with the focus. */
function link(/** @type {readonly { polygon: Element, button: HTMLElement }[]} */ pairs) {
  /** @param {{ polygon: Element, button: HTMLElement } | undefined} marked */
  const mark = (marked) => {
    for (const pair of pairs) {
      for (const element of [pair.polygon, pair.button]) element.classList.toggle("active", pair === marked)
    }
  }
  const markFocused = () => mark(pairs.find(({ button }) => button === document.activeElement))
  for (const pair of pairs) {
    for (const element of [pair.polygon, pair.button]) {
      element.addEventListener("pointerenter", () => mark(pair))
      element.addEventListener("pointerleave", markFocused)
    }
    pair.button.addEventListener("focus", () => mark(pair))
    pair.button.addEventListener("blur", () => mark(undefined))
    pair.polygon.addEventListener("pointerenter", () => scrollInList(pair.button))
    pair.polygon.addEventListener("click", () => pair.button.focus())
  }
}

/** Brings a line into the list's view without moving the page. @param {HTMLElement} button */
function scrollInList(button) {
  const { top, bottom } = button.getBoundingClientRect()
  const view = list.getBoundingClientRect()
  if (top < view.top) list.scrollTop -= view.top - top
  else if (bottom > view.bottom) list.scrollTop += bottom - view.bottom
}

list.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (step === undefined) return
  /** @type {(Element | null)[]} */
  const buttons = [...list.querySelectorAll("button")]
  const next = buttons[buttons.indexOf(document.activeElement) + step]
  if (!(next instanceof HTMLElement)) return
  event.preventDefault()
  next.focus()
})

export async function copyText() {
  const button = byId("copy")
  try {
    await navigator.clipboard.writeText(wholeText)
    button.textContent = "Copied"
  } catch {
    button.textContent = "Not allowed"
  }
  setTimeout(() => {
    button.textContent = "Copy"
  }, 1500)
}
