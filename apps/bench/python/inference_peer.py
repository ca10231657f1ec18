"""What inference/answer.ts does, for engines that have a Python interface: a case's path is the only argument."""

import json
import sys
import time

import numpy


def answer(engine, load):
    """`load` takes the case and its input, and gives a function that runs once and returns the output as an array."""
    with open(sys.argv[1], encoding="utf-8") as file:
        case = json.load(file)
    given = case["input"]
    array = numpy.fromfile(given["path"], dtype=given["type"]).reshape(given["shape"])

    start = time.perf_counter()
    run = load(case, array)
    output = run()
    first = (time.perf_counter() - start) * 1e3
    print(json.dumps({"engine": engine, "first": first}), flush=True)

    for line in sys.stdin:
        action, value = line.split()
        if action == "time":
            run()
            taken = []
            while sum(taken) < float(value):
                start = time.perf_counter()
                output = run()
                taken.append((time.perf_counter() - start) * 1e3)
            print(sorted(taken)[len(taken) // 2], flush=True)
        else:
            output.astype(numpy.float32).tofile(value)
            print("done", flush=True)
