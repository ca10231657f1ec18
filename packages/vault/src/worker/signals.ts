let taken = 0

/**
 * The first thing that the vault does. SIGUSR1 would open Node's inspector to every process of this user; a handler of
 * our own takes its place. Ctrl-C and a closed terminal reach every process of the app's group: they are the app's to
 * answer, and the vault ends when its channel does.
 */
export function takeSignals(): void {
  process.on("SIGUSR1", () => taken++)
  for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => {})
}

/** How often SIGUSR1 has come to {@link takeSignals}' handler. */
export function inspectorSignalsTaken(): number {
  return taken
}
