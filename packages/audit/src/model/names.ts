import { wordsOf } from "../content/words.js"

/** Words that stand in many models, or in every runtime. */
const general =
  /^(?:pytorch|tensorflow|paddle2onnx|onnx|ai\.onnx|https?:|keras|sklearn|version|main_graph)|^[\d./:-]+$|^(?:[A-Z][a-z0-9]*)+$/i

/**
 * Names in a model that tell it from others: words with a digit, or of several parts with dots or slashes between them
 * (`conv2d_3.w_0`, `encoder/layer.1/bias`). Words such as `kernel_shape` or `Conv` aren't taken: every runtime has them.
 */
export function namesOf(bytes: Uint8Array): Set<string> {
  const names = new Set<string>()
  for (const word of wordsOf(bytes)) if (isName(word)) names.add(word)
  // In a protocol buffer the next field's tag follows a text, and can be a letter.
  for (const name of names)
    if (/[A-Z]{1,2}$/.test(name) && names.has(name.replace(/[A-Z]{1,2}$/, ""))) names.delete(name)
  return names
}

function isName(word: string): boolean {
  const parts = word.split(/[./:]/).filter((part) => part !== "")
  return word.length >= 8 && (/\d/.test(word) || parts.length > 1) && /[_.:/]/.test(word) && !general.test(word)
}
