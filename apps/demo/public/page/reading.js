// A picture on the desk, and its reading by the chosen engine.
import { byId, tell } from "./elements.js"
import { areCompared, chosenEngine, forgetTimes, noteTime } from "./engines.js"
import { clearLines, presentLines } from "./lines.js"
import { askToRead, listEngines, messageOf, refuse } from "./server.js"

/** @typedef {import("./server.js").Engine} Engine */

const desk = byId("desk")
const stage = byId("stage")
const image = /** @type {HTMLImageElement} */ (byId("image"))

/** The read that is under way, so that the next one can stop it. @type {AbortController | undefined} */
let reading
/** What is on the desk. @type {{ picture: Blob, name: string } | undefined} */
let shown

/** Puts a picture on the desk and reads it. @param {Blob} picture @param {string} name */
export async function read(picture, name) {
  shown = { picture, name }
  forgetTimes()
  await readAgain()
}

/** Reads what is on the desk with the chosen engine. */
export async function readAgain() {
  if (shown === undefined) return
  const { picture, name } = shown
  const engine = chosenEngine()
  reading?.abort()
  const controller = new AbortController()
  const { signal } = controller
  reading = controller
  show(picture, name)
  const following = engine && setInterval(() => follow(engine, signal), 700)
  try {
    const result = await askToRead(picture, engine, signal)
    presentLines(result)
    desk.dataset.state = "result"
    if (engine === undefined) return
    noteTime(engine, result)
    // The first time is that of making ready, too: a second tells how long reading takes, where engines are compared.
    if (result.madeReady > 0 && areCompared()) {
      noteTime(engine, await askToRead(picture, engine, signal), result.milliseconds)
    }
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

/** @param {Blob} picture @param {string} name */
function show(picture, name) {
  desk.dataset.state = "reading"
  for (const element of desk.querySelectorAll(".picture, .text")) element.removeAttribute("hidden")
  byId("copy").hidden = true
  byId("summary").textContent = "Reading..."
  byId("doing").textContent = "Reading"
  tell(byId("problem"))
  clearLines()
  stage.classList.remove("blank")
  URL.revokeObjectURL(image.src)
  image.src = URL.createObjectURL(picture)
  image.alt = name
}

export async function readSample() {
  try {
    const response = await fetch("/sample-receipt.png")
    if (!response.ok) await refuse(response)
    await read(await response.blob(), "The sample receipt of a made-up shop")
  } catch (error) {
    for (const element of desk.querySelectorAll(".text")) element.removeAttribute("hidden")
    tell(byId("problem"), messageOf(error))
  }
}

image.addEventListener("error", () => {
  if (image.getAttribute("src")) stage.classList.add("blank")
})
