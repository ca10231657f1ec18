// Ends in the middle of a kernel that is awaited.
import { queue, spin } from "./set-up.mjs"

const running = spin.enqueue(queue, 1, { event: true })
void running.finished
setTimeout(() => process.exit(3), 50)
