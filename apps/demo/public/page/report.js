// What the vault of the chosen engine guarantees.
import { byId, make, tell } from "./elements.js"
import { chosenEngine } from "./engines.js"
import { forEngine, messageOf, refuse } from "./server.js"

/** @typedef {import("./server.js").Guarantee} Guarantee */
/** @typedef {import("./server.js").Report} Report */
/** @typedef {import("./server.js").State} State */

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

export async function showReport() {
  const status = byId("vault")
  const engine = chosenEngine()
  const path = forEngine("/api/report", engine)
  byId("report-data").setAttribute("href", path)
  try {
    const response = await fetch(path)
    if (!response.ok) await refuse(response)
    /** @type {Report} */
    const { backend, cachePolicy, guarantees } = await response.json()
    if (engine !== chosenEngine()) return
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
