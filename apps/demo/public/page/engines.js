// The engines that this machine has, which of them is chosen, and how long each took.
import { byId, duration, make, tell } from "./elements.js"
import { listEngines } from "./server.js"

/** @typedef {import("./server.js").Engine} Engine */
/** @typedef {import("./server.js").Result} Result */

/** @type {readonly Engine[]} */
let engines = []
/** @type {Engine | undefined} */
let chosen

/** What each engine read in the picture on the desk, by its id. @type {Map<string, { text: string, milliseconds: number, first?: number }>} */
const results = new Map()

export const chosenEngine = () => chosen

export const areCompared = () => engines.length > 1

/** Offers the engines that this machine has, the first of them chosen. @param {() => void} whenChosen When another is. */
export async function offerEngines(whenChosen) {
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
        whenChosen()
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

/** For another picture. */
export function forgetTimes() {
  results.clear()
  showTimes()
}

/**
 * Notes what an engine read in the picture on the desk.
 *
 * @param {Engine} engine @param {Result} result @param {number} [first] How long the first time took.
 */
export function noteTime(engine, { lines, milliseconds }, first) {
  const text = lines.map(({ text }) => text).join("\n")
  results.set(engine.id, { text, milliseconds, ...(first !== undefined && { first }) })
  showTimes()
}

/** Each engine's time beside the others', and whether it read what the first of them read. */
function showTimes() {
  const [reference] = engines.flatMap(({ id, name }) => {
    const result = results.get(id)
    return result ? [{ id, name, text: result.text }] : []
  })
  for (const { id } of engines) {
    const result = results.get(id)
    const first = result?.first === undefined ? [] : [`${duration(result.first)} the first time`]
    const same = result?.text === reference?.text ? "the same text as" : "another text than"
    const compared = result && reference && reference.id !== id ? [`${same} ${reference.name}`] : []
    byId(`time-${id}`).textContent = result ? duration(result.milliseconds) : ""
    byId(`more-${id}`).textContent = [...first, ...compared].join("; ")
  }
}
