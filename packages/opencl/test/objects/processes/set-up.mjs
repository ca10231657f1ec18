import { createContext } from "@strongroom/opencl/objects"

/** What the processes of these tests start with. */
export const context = createContext()
export const queue = context.createQueue()
export const buffer = context.createBuffer(new Float32Array(1024))

/** Takes a second or so on one core. */
export const spin = context
  .createProgramSync(
    `kernel void spin(global float *values, const int turns) {
       float value = values[get_global_id(0)];
       for (int turn = 0; turn < turns; turn++) value = value * 1.0001f + 0.5f;
       values[get_global_id(0)] = value;
     }`,
  )
  .createKernel("spin")
  .setArguments(buffer, 300_000_000)
