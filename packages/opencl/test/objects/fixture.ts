import {
  type CommandEvent,
  type Context,
  createContext,
  type EventOptions,
  type Queue,
} from "../../src/objects/index.js"

/** The device that tests run on, and what most of them need. Released with the process. */
export const context: Context = createContext()
export const queue: Queue = context.createQueue()
export const device = context.devices[0] as Context["devices"][number]

/** Kernels that the tests share. */
export const program = context.createProgramSync(`
kernel void add(global const float *a, global const float *b, global float *sum) {
  size_t i = get_global_id(0);
  sum[i] = a[i] + b[i];
}

kernel void scale(global float *values, const float factor) {
  values[get_global_id(0)] *= factor;
}

/* Takes long enough to be seen running. */
kernel void spin(global float *values, const int turns) {
  size_t i = get_global_id(0);
  float value = values[i];
  for (int turn = 0; turn < turns; turn++) value = value * 1.0001f + 0.5f;
  values[i] = value;
}

kernel void ids(global uint *x, global uint *y) {
  size_t i = get_global_id(0) + get_global_id(1) * get_global_size(0);
  x[i] = get_global_id(0);
  y[i] = get_global_id(1) * 100 + get_local_id(1);
}
`)

/** What an action throws; an error that says so when it throws nothing. */
export function thrown(action: () => unknown): Error {
  try {
    action()
  } catch (error) {
    return error as Error
  }
  return new Error("Nothing was thrown.")
}

/** Starts a command that nothing else waits for, and that takes some hundredths of a second. */
export function startSpinning(options: EventOptions = {}): CommandEvent {
  using values = context.createBuffer(4)
  using spin = program.createKernel("spin")
  const event = spin.setArguments(values, 20_000_000).enqueue(queue, 1, { ...options, event: true })
  queue.flush()
  return event
}
