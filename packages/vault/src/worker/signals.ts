import { close as closeInspector, url as inspectorUrl } from "node:inspector"

let taken = 0
let closed = false

/**
 * The first thing that the vault does. SIGUSR1 would open Node's inspector to every process of this user; a handler of
 * our own takes its place. Ctrl-C and a closed terminal reach every process of the app's group: they are the app's to
 * answer, and the vault ends when its channel does.
 */
export function takeSignals(): void {
  process.on("SIGUSR1", countInspectorSignal)
  shutInspector()
  for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => {})
}

/**
 * Takes SIGUSR1 again from an engine that has a handler of its own for it (LLVM, in PoCL): the kernel is told of the
 * vault's anew only when Node has none.
 */
export function retakeInspectorSignal(): void {
  process.off("SIGUSR1", countInspectorSignal)
  process.on("SIGUSR1", countInspectorSignal)
}

function countInspectorSignal(): void {
  taken++
}

/** Closes the inspector where the signal came before the handler, while Node started; false if it listens even so. */
export function shutInspector(): boolean {
  if (!inspectorListens()) return true
  closed = true
  closeInspector()
  return !inspectorListens()
}

export function inspectorListens(): boolean {
  return inspectorUrl() !== undefined
}

/** Whether {@link shutInspector} had something to close. */
export function inspectorWasClosed(): boolean {
  return closed
}

/** How often SIGUSR1 has come to {@link takeSignals}' handler. */
export function inspectorSignalsTaken(): number {
  return taken
}
