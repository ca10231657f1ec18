"""A network on OpenVINO's CPU, as inference_peer.py says."""

import openvino
from inference_peer import answer


def load(case, array):
    core = openvino.Core()
    model = core.read_model(case["modelPath"])
    model.reshape({case["input"]["name"]: list(array.shape)})
    # Its default is bfloat16 where the processor has it.
    options = {
        "INFERENCE_PRECISION_HINT": "f32",
        "INFERENCE_NUM_THREADS": case["threads"],
        "PERFORMANCE_HINT": "LATENCY",
    }
    request = core.compile_model(model, "CPU", options).create_infer_request()
    return lambda: request.infer([array])[0].copy()


answer(f"OpenVINO {openvino.__version__.split('-')[0]}", load)
