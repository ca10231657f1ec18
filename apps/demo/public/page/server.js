// What the page asks of its own server, under /api.

/** @typedef {{ text: string, confidence: number, box: [number, number][] }} Line */
/** @typedef {{ lines: Line[], width: number, height: number, madeReady: number, milliseconds: number }} Result */
/** @typedef {{ id: string, name: string, device: string, compiles: boolean }} Engine */
/** @typedef {Engine & { vault: "closed" | "opening" | "open", making: number, made: number }} EngineState */
/** @typedef {"enforced" | "observed" | "unavailable" | "off"} State */
/** @typedef {{ id: string, title: string, state: State, mechanism: string, evidence: unknown }} Guarantee */
/** @typedef {{ backend: { name: string, version?: string, device?: string }, cachePolicy: string, guarantees: Guarantee[] }} Report */

/**
 * @param {Response} response
 * @returns {Promise<never>}
 */
export async function refuse(response) {
  const body = await response.json().catch(() => undefined)
  throw new Error(body?.error?.message ?? `The server answered ${response.status}.`)
}

/** @param {unknown} error */
export function messageOf(error) {
  // fetch() rejects with a TypeError when nobody answers.
  if (error instanceof TypeError) return "The server doesn't answer. Is the sample application still running?"
  return error instanceof Error ? error.message : String(error)
}

/** @param {string} path An engine's is told from another's by its query. @param {Engine | undefined} engine */
export function forEngine(path, engine) {
  return engine ? `${path}?${new URLSearchParams({ engine: engine.id })}` : path
}

/** @param {AbortSignal} [signal] @returns {Promise<{ engines: EngineState[], advice?: string }>} */
export async function listEngines(signal) {
  const response = await fetch("/api/engines", signal ? { signal } : {})
  return response.ok ? response.json() : refuse(response)
}

/** Reads a picture. @param {Blob} picture @param {Engine | undefined} engine @param {AbortSignal} signal @returns {Promise<Result>} */
export async function askToRead(picture, engine, signal) {
  const response = await fetch(forEngine("/api/read", engine), { method: "POST", body: picture, signal })
  return response.ok ? response.json() : refuse(response)
}
