"""The timed calls of opencl-child.ts, with pyopencl: "launch 500" in, microseconds for one out; "write 1" and "read 1" in,
milliseconds out. The first line out names the device and its driver."""

import sys
import time

import numpy
import pyopencl as cl

transfer, page = 64 << 20, 4096

device = cl.get_platforms()[0].get_devices()[0]
context = cl.Context([device])
queue = cl.CommandQueue(context)
kernel = cl.Kernel(cl.Program(context, "kernel void empty(int value) {}").build(), "empty")
buffer = cl.Buffer(context, cl.mem_flags.READ_WRITE, transfer)
room = numpy.ones(transfer + page, dtype=numpy.uint8)
start = -room.ctypes.data % page
host = room[start : start + transfer]
value = numpy.int32(1)


def launch():
    kernel.set_arg(0, value)
    cl.enqueue_nd_range_kernel(queue, kernel, (1,), None)
    queue.finish()


def write():
    cl.enqueue_copy(queue, buffer, host, is_blocking=True)


def read():
    cl.enqueue_copy(queue, host, buffer, is_blocking=True)


write()
print(f"{device.name}, {device.version}", flush=True)
actions = {"launch": (launch, 1e6), "write": (write, 1e3), "read": (read, 1e3)}
for line in sys.stdin:
    name, count = line.split()
    action, unit = actions[name]
    started = time.perf_counter()
    for _ in range(int(count)):
        action()
    print((time.perf_counter() - started) / int(count) * unit, flush=True)
