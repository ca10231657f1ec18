// Finding and making elements, and words for what they show.

/** @param {string} id @returns {HTMLElement} */
export function byId(id) {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`No element ${id}`)
  return found
}

/** @param {string} tag @param {Record<string, string>} attributes @param {...(Node | string)} children */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  element.append(...children)
  return element
}

/** @param {HTMLElement} place @param {string} [message] */
export function tell(place, message) {
  place.textContent = message ?? ""
  place.hidden = message === undefined
}

/** @param {number} milliseconds */
export function duration(milliseconds) {
  return milliseconds < 1000 ? `${milliseconds} ms` : `${(milliseconds / 1000).toFixed(1)} s`
}
