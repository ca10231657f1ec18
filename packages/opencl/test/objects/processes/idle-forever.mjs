// Awaits what only this program could bring about, and doesn't.
import { buffer, context, queue } from "./set-up.mjs"

const gate = context.createUserEvent()
void buffer.read(queue, new Float32Array(1), { after: gate }).then(() => console.log("read"))
void gate.finished.then(() => console.log("finished"))
process.on("exit", () => console.log("nothing left to do"))
