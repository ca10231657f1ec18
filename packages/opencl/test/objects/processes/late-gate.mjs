// Awaits what a timer brings about, and then nothing but the device.
import { buffer, context, queue, spin } from "./set-up.mjs"

const gate = context.createUserEvent()
const memory = new Float32Array(1)
spin.setArgument(1, 50_000_000).enqueue(queue, 1, { after: gate })
void buffer.read(queue, memory).then(() => console.log("read", memory[0] > 0))
setTimeout(() => gate.complete(), 100)
