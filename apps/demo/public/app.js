// The page of the sample application. It talks to /api of its own server, and to nothing else.

/** @typedef {{ text: string, confidence: number, box: [number, number][] }} Line */
/** @typedef {{ lines: Line[], width: number, height: number, madeReady: number, milliseconds: number }} Result */
/** @typedef {{ id: string, name: string, device: string, compiles: boolean }} Engine */
/** @typedef {Engine & { vault: "closed" | "opening" | "open", making: number, made: number }} EngineState */
/** @typedef {"enforced" | "observed" | "unavailable" | "off"} State */
/** @typedef {{ id: string, title: string, state: State, mechanism: string, evidence: unknown }} Guarantee */
/** @typedef {{ backend: { name: string, version?: string, device?: string }, cachePolicy: string, guarantees: Guarantee[] }} Report */

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

/** What is on the desk, and what each engine read in it, by the engine's id. */
const onDesk = {
  /** @type {{ picture: Blob, name: string } | undefined} */
  shown: undefined,
  /** @type {Map<string, { text: string, milliseconds: number, first?: number }>} */
  results: new Map(),
}

/** @type {readonly Engine[]} */
let engines = []
/** @type {Engine | undefined} */
let chosen

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

/** @param {string} path An engine's is told from another's by its query. @param {Engine | undefined} engine */
function forEngine(path, engine) {
  return engine ? `${path}?${new URLSearchParams({ engine: engine.id })}` : path
}

/** Puts a picture on the desk and reads it. @param {Blob} picture @param {string} name */
async function read(picture, name) {
  onDesk.shown = { picture, name }
  onDesk.results.clear()
  showTimes()
  await readAgain()
}

/** Reads what is on the desk with the chosen engine. */
async function readAgain() {
  if (onDesk.shown === undefined) return
  const { picture, name } = onDesk.shown
  const engine = chosen
  reading?.abort()
  const controller = new AbortController()
  const { signal } = controller
  reading = controller
  /** @returns {Promise<Result>} */
  const ask = async () => {
    const response = await fetch(forEngine("/api/read", engine), { method: "POST", body: picture, signal })
    return response.ok ? response.json() : refuse(response)
  }
  show(picture, name)
  const following = engine && setInterval(() => follow(engine, signal), 700)
  try {
    const result = await ask()
    present(result)
    desk.dataset.state = "result"
    if (engine === undefined) return
    note(engine, result)
    // The first time is that of making ready, too: a second tells how long reading takes, where engines are compared.
    if (result.madeReady > 0 && engines.length > 1) note(engine, await ask(), result.milliseconds)
  } catch (error) {
    if (signal.aborted) return
    desk.dataset.state = "problem"
    byId("summary").textContent = ""
    tell(byId("problem"), messageOf(error))
  } finally {
    clearInterval(following)
  }
}

/** Says what a read that lasts is doing. @param {Engine} engine @param {AbortSignal} signal */
async function follow(engine, signal) {
  const listed = await listEngines(signal).catch(() => undefined)
  const state = listed?.engines.find(({ id }) => id === engine.id)
  if (state === undefined || signal.aborted) return
  const compiling = state.making > 0 && state.compiles
  byId("doing").textContent =
    state.vault === "opening"
      ? "Opening a vault"
      : compiling
        ? `Compiling for this device, once (${state.made} done)`
        : "Reading"
}

/**
 * Notes what an engine read in the picture on the desk.
 *
 * @param {Engine} engine @param {Result} result @param {number} [first] How long the first time took.
 */
function note(engine, { lines, milliseconds }, first) {
  const text = lines.map(({ text }) => text).join("\n")
  onDesk.results.set(engine.id, { text, milliseconds, ...(first !== undefined && { first }) })
  showTimes()
}

/** @param {number} milliseconds */
function duration(milliseconds) {
  return milliseconds < 1000 ? `${milliseconds} ms` : `${(milliseconds / 1000).toFixed(1)} s`
}

/** Each engine's time beside the others', and whether it read what the first of them read. */
function showTimes() {
  const [reference] = engines.flatMap(({ id, name }) => {
    const result = onDesk.results.get(id)
    return result ? [{ id, name, text: result.text }] : []
  })
  for (const { id } of engines) {
    const result = onDesk.results.get(id)
    const first = result?.first === undefined ? [] : [`${duration(result.first)} the first time`]
    const same = result?.text === reference?.text ? "the same text as" : "another text than"
    const compared = result && reference && reference.id !== id ? [`${same} ${reference.name}`] : []
    byId(`time-${id}`).textContent = result ? duration(result.milliseconds) : ""
    byId(`more-${id}`).textContent = [...first, ...compared].join("; ")
  }
}

/** @param {AbortSignal} [signal] @returns {Promise<{ engines: EngineState[], advice?: string }>} */
async function listEngines(signal) {
  const response = await fetch("/api/engines", signal ? { signal } : {})
  return response.ok ? response.json() : refuse(response)
}

/** Offers the engines that this machine has, the first of them chosen. */
async function offerEngines() {
  const listed = await listEngines()
  engines = listed.engines
  chosen = engines[0]
  tell(byId("advice"), listed.advice)
  byId("engines").hidden = false
  byId("engines").append(
    ...engines.map((engine) => {
      const radio = /** @type {HTMLInputElement} */ (make("input", { type: "radio", name: "engine", value: engine.id }))
      radio.checked = engine === chosen
      radio.addEventListener("change", () => {
        chosen = engine
        // The report opens the engine's vault, if it isn't open.
        showReport()
        readAgain()
      })
      return make(
        "label",
        {},
        radio,
        make("span", { class: "engine" }, engine.name),
        make("span", { class: "time", id: `time-${engine.id}`, role: "status" }),
        make("span", { class: "device" }, engine.device),
        make("span", { class: "more", id: `more-${engine.id}` }),
      )
    }),
  )
}

/** @param {Blob} picture @param {string} name */
function show(picture, name) {
  desk.dataset.state = "reading"
  for (const element of desk.querySelectorAll(".picture, .text")) element.removeAttribute("hidden")
  byId("copy").hidden = true
  byId("summary").textContent = "Reading..."
  byId("doing").textContent = "Reading"
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
  const count = lines.length === 1 ? "1 line" : `${lines.length} lines`
  byId("summary").textContent = `${count} in ${duration(milliseconds)}, ${width} × ${height} pixels`
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
  const engine = chosen
  const path = forEngine("/api/report", engine)
  byId("report-data").setAttribute("href", path)
  try {
    const response = await fetch(path)
    if (!response.ok) await refuse(response)
    /** @type {Report} */
    const { backend, cachePolicy, guarantees } = await response.json()
    if (engine !== chosen) return
    tell(byId("report-problem"))
    status.dataset.state = "open"
    status.textContent = "Vault open"
    const counts = states.map((state) => ({ state, count: guarantees.filter((one) => one.state === state).length }))
    const told = counts.filter(({ count }) => count > 0)
    const running = [backend.name, backend.version, backend.device].filter(Boolean).join(", ")
    const sums = told.map(({ state, count }) => `${count} ${state}`).join(", ")
    byId("report-summary").textContent = `${sums}. Engine: ${running}; cache policy: ${cachePolicy}.`
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

await offerEngines().catch((error) => tell(byId("report-problem"), messageOf(error)))
showReport()
