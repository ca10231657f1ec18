// The page of the sample application. It talks to /api/read and /api/report of its own server, and to nothing else.

/** @typedef {{ text: string, confidence: number, box: [number, number][] }} Line */
/** @typedef {{ lines: Line[], width: number, height: number, milliseconds: number }} Result */
/** @typedef {"enforced" | "observed" | "unavailable" | "off"} State */
/** @typedef {{ id: string, title: string, state: State, mechanism: string, evidence: unknown }} Guarantee */
/** @typedef {{ backend: { name: string, version?: string }, cachePolicy: string, guarantees: Guarantee[] }} Report */

/** @param {string} id @returns {HTMLElement} */
function byId(id) {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`No element ${id}`)
  return found
}

/** @param {string} tag @param {Record<string, string>} attributes @param {...(Node | string)} children */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  element.append(...children)
  return element
}

const desk = byId("desk")
const stage = byId("stage")
const boxes = byId("boxes")
const list = byId("lines")
const image = /** @type {HTMLImageElement} */ (byId("image"))
const picker = /** @type {HTMLInputElement} */ (byId("file"))

/** The read that is under way, so that the next one can stop it. @type {AbortController | undefined} */
let reading
let copied = ""

/**
 * @param {Response} response
 * @returns {Promise<never>}
 */
async function refuse(response) {
  const body = await response.json().catch(() => undefined)
  throw new Error(body?.error?.message ?? `The server answered ${response.status}.`)
}

/** @param {unknown} error */
function messageOf(error) {
  // fetch() rejects with a TypeError when nobody answers.
  if (error instanceof TypeError) return "The server doesn't answer. Is the sample application still running?"
  return error instanceof Error ? error.message : String(error)
}

/** @param {HTMLElement} place @param {string} [message] */
function tell(place, message) {
  place.textContent = message ?? ""
  place.hidden = message === undefined
}

/** Shows a picture and reads it. @param {Blob} picture @param {string} name */
async function read(picture, name) {
  reading?.abort()
  const controller = new AbortController()
  reading = controller
  show(picture, name)
  try {
    const response = await fetch("/api/read", { method: "POST", body: picture, signal: controller.signal })
    if (!response.ok) await refuse(response)
    present(await response.json())
    desk.dataset.state = "result"
  } catch (error) {
    if (controller.signal.aborted) return
    desk.dataset.state = "problem"
    byId("summary").textContent = ""
    tell(byId("problem"), messageOf(error))
  }
}

/** @param {Blob} picture @param {string} name */
function show(picture, name) {
  desk.dataset.state = "reading"
  for (const element of desk.querySelectorAll(".picture, .text")) element.removeAttribute("hidden")
  byId("copy").hidden = true
  byId("summary").textContent = "Reading..."
  tell(byId("problem"))
  boxes.replaceChildren()
  list.replaceChildren()
  stage.classList.remove("blank")
  URL.revokeObjectURL(image.src)
  image.src = URL.createObjectURL(picture)
  image.alt = name
}

image.addEventListener("error", () => {
  if (image.getAttribute("src")) stage.classList.add("blank")
})

/** @param {Result} result */
function present({ lines, width, height, milliseconds }) {
  const seconds = milliseconds < 1000 ? `${milliseconds} ms` : `${(milliseconds / 1000).toFixed(1)} s`
  const count = lines.length === 1 ? "1 line" : `${lines.length} lines`
  byId("summary").textContent = `${count} in ${seconds}, ${width} × ${height} pixels`
  boxes.setAttribute("viewBox", `0 0 ${width} ${height}`)
  stage.style.aspectRatio = stage.classList.contains("blank") ? `${width} / ${height}` : ""
  if (lines.length === 0) tell(byId("problem"), "No text was found in this picture.")
  copied = lines.map(({ text }) => text).join("\n")
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

async function readSample() {
  try {
    const response = await fetch("/sample-receipt.png")
    if (!response.ok) await refuse(response)
    await read(await response.blob(), "The sample receipt of a made-up shop")
  } catch (error) {
    for (const element of desk.querySelectorAll(".text")) element.removeAttribute("hidden")
    tell(byId("problem"), messageOf(error))
  }
}

async function copy() {
  const button = byId("copy")
  try {
    await navigator.clipboard.writeText(copied)
    button.textContent = "Copied"
  } catch {
    button.textContent = "Not allowed"
  }
  setTimeout(() => {
    button.textContent = "Copy"
  }, 1500)
}

/** @param {FileList | undefined | null} files */
function readFirst(files) {
  const file = files?.[0]
  if (file) read(file, file.name)
}

/** @type {Record<string, () => unknown>} */
const actions = { choose: () => picker.click(), sample: readSample, copy, report: showReport }
for (const button of document.querySelectorAll("[data-action]")) {
  button.addEventListener("click", () => actions[button.getAttribute("data-action") ?? ""]?.())
}

picker.addEventListener("change", () => {
  readFirst(picker.files)
  // The same file can be chosen again.
  picker.value = ""
})

document.addEventListener("paste", (event) => readFirst(event.clipboardData?.files))
document.addEventListener("dragover", (event) => {
  if (!event.dataTransfer?.types.includes("Files")) return
  event.preventDefault()
  document.body.classList.add("dropping")
})
document.addEventListener("dragleave", (event) => {
  if (event.relatedTarget === null) document.body.classList.remove("dropping")
})
document.addEventListener("drop", (event) => {
  event.preventDefault()
  document.body.classList.remove("dropping")
  readFirst(event.dataTransfer?.files)
})

/** @type {readonly State[]} */
const states = ["enforced", "observed", "unavailable", "off"]

/** @param {Guarantee} guarantee */
function row({ id, title, state, mechanism, evidence }) {
  const empty = evidence === null || (typeof evidence === "object" && Object.keys(evidence).length === 0)
  const why = make("div", { class: "mechanism" }, mechanism)
  if (!empty) {
    const data = make("pre", {}, JSON.stringify(evidence, null, 2))
    why.append(make("details", {}, make("summary", {}, "Evidence"), data))
  }
  return make(
    "li",
    { id },
    make("span", { class: "state", "data-state": state }, state.charAt(0).toUpperCase() + state.slice(1)),
    make("span", {}, title),
    why,
  )
}

async function showReport() {
  const status = byId("vault")
  try {
    const response = await fetch("/api/report")
    if (!response.ok) await refuse(response)
    /** @type {Report} */
    const { backend, cachePolicy, guarantees } = await response.json()
    tell(byId("report-problem"))
    status.dataset.state = "open"
    status.textContent = "Vault open"
    const counts = states.map((state) => ({ state, count: guarantees.filter((one) => one.state === state).length }))
    const told = counts.filter(({ count }) => count > 0)
    const engine = [backend.name, backend.version].filter(Boolean).join(" ")
    const sums = told.map(({ state, count }) => `${count} ${state}`).join(", ")
    byId("report-summary").textContent = `${sums}. Engine: ${engine}; cache policy: ${cachePolicy}.`
    byId("tally").replaceChildren(
      ...told.map(({ state, count }) => {
        const part = make("i", { "data-state": state })
        part.style.flexGrow = String(count)
        return part
      }),
    )
    const sorted = states.flatMap((state) => guarantees.filter((one) => one.state === state))
    byId("guarantees").replaceChildren(...sorted.map(row))
  } catch (error) {
    status.dataset.state = "gone"
    status.textContent = "No vault"
    tell(byId("report-problem"), messageOf(error))
  }
  byId("refresh").hidden = false
}

showReport()
