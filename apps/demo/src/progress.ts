/** Told how the start goes, a step after the other. */
export interface Progress {
  begin(step: string): void
  advance(done: number, total: number): void
  /** What the step did, in a line. */
  end(result: string): void
}
