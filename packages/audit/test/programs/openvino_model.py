"""Runs an ONNX model with OpenVINO as an application does: openvino_model.py MODEL.onnx [DEVICE [CACHE [encrypted]]].

With CACHE the application lets OpenVINO keep what it compiled there; with "encrypted" it hides that by the callbacks that
OpenVINO offers, here with a stream of SHAKE-256.
"""

import hashlib
import sys

import numpy
import openvino

path, device, cache, encrypted = (sys.argv[1:] + ["CPU", "", ""][len(sys.argv) - 2 :])[:4]


def hide(data):
    """Hides, and shows again. The callbacks are given bytes or text, by version."""
    data = data.encode("latin1") if isinstance(data, str) else bytes(data)
    stream = hashlib.shake_256(b"the application's key").digest(len(data))
    return numpy.bitwise_xor(numpy.frombuffer(data, numpy.uint8), numpy.frombuffer(stream, numpy.uint8)).tobytes()


config = {"CACHE_DIR": cache} if cache else {}
if encrypted:
    config["CACHE_ENCRYPTION_CALLBACKS"] = [hide, hide]
core = openvino.Core()
model = core.compile_model(path, device, config)
results = model(numpy.full([1, 3, 48, 320], 0.5, numpy.float32))
for result in results.values():
    print(result.shape, float(result.max()))
print("version: OpenVINO", openvino.__version__)
