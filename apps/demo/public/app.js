// The page of the sample application. It talks to /api of its own server, and to nothing else.
import { byId, tell } from "./page/elements.js"
import { offerEngines } from "./page/engines.js"
import { copyText } from "./page/lines.js"
import { read, readAgain, readSample } from "./page/reading.js"
import { showReport } from "./page/report.js"
import { messageOf } from "./page/server.js"

const picker = /** @type {HTMLInputElement} */ (byId("file"))

/** @param {FileList | undefined | null} files */
function readFirst(files) {
  const file = files?.[0]
  if (file) read(file, file.name)
}

/** @type {Record<string, () => unknown>} */
const actions = { choose: () => picker.click(), sample: readSample, copy: copyText, report: showReport }
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

/** The report opens the engine's vault, if it isn't open. */
function whenChosen() {
  showReport()
  readAgain()
}

await offerEngines(whenChosen).catch((error) => tell(byId("report-problem"), messageOf(error)))
showReport()
