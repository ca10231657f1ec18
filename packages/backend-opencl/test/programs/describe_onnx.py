"""Prints one SHA-256 a line for every ONNX file whose path is a line of standard input: of the text that describe-model.ts
makes of the same model, made by onnx's own Python."""

import hashlib
import json
import sys

import numpy
import onnx
from onnx import AttributeProto, TensorProto, numpy_helper

KINDS = {
    AttributeProto.FLOAT: "float",
    AttributeProto.INT: "int",
    AttributeProto.STRING: "string",
    AttributeProto.TENSOR: "tensor",
    AttributeProto.GRAPH: "graph",
    AttributeProto.FLOATS: "floats",
    AttributeProto.INTS: "ints",
    AttributeProto.STRINGS: "strings",
    AttributeProto.GRAPHS: "graphs",
}
HELD = {
    TensorProto.FLOAT: "float32",
    TensorProto.UINT8: "uint8",
    TensorProto.INT8: "int8",
    TensorProto.UINT16: "uint16",
    TensorProto.INT16: "int16",
    TensorProto.INT32: "int32",
    TensorProto.INT64: "int64",
    TensorProto.STRING: "string",
    TensorProto.BOOL: "bool",
    TensorProto.FLOAT16: "float16",
    TensorProto.DOUBLE: "float64",
    TensorProto.UINT32: "uint32",
    TensorProto.UINT64: "uint64",
    TensorProto.BFLOAT16: "bfloat16",
    TensorProto.UINT4: "uint4",
    TensorProto.INT4: "int4",
}


def text(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def bits(value):
    return numpy.float32(value).tobytes().hex()


def data(tensor):
    kind = HELD.get(tensor.data_type)
    if kind is None:
        return ""
    if kind == "string":
        return text([one.decode() for one in tensor.string_data])
    if kind in ("int4", "uint4", "bfloat16"):
        # What Python makes of them depends on its version.
        raw = tensor.raw_data or bytes(numpy.array(tensor.int32_data, "uint16" if kind == "bfloat16" else "uint8"))
    else:
        raw = numpy_helper.to_array(tensor).tobytes()
    return hashlib.sha256(raw).hexdigest()


def tensor(one):
    return f"{HELD.get(one.data_type, 'other')} {text(list(one.dims))} {data(one)}"


def attribute(one):
    if one.ref_attr_name:
        return f"reference {text(one.ref_attr_name)}"
    kind = KINDS.get(one.type, "other")
    value = {
        "float": lambda: bits(one.f),
        "int": lambda: str(one.i),
        "string": lambda: text(one.s.decode()),
        "tensor": lambda: tensor(one.t),
        "graph": lambda: graph(one.g),
        "floats": lambda: " ".join(map(bits, one.floats)),
        "ints": lambda: " ".join(map(str, one.ints)),
        "strings": lambda: text([each.decode() for each in one.strings]),
        "graphs": lambda: " ".join(map(graph, one.graphs)),
        "other": lambda: "",
    }[kind]()
    return f"{kind} {value}"


def domain(name):
    return "" if name == "ai.onnx" else name


def node(one):
    head = text([domain(one.domain), one.op_type, one.name, list(one.input), list(one.output)])
    attributes = sorted((each.name, attribute(each)) for each in one.attribute)
    return "\n".join([head, *(f"{text(name)} {value}" for name, value in attributes)])


def value(one):
    held = one.type.tensor_type if one.type.HasField("tensor_type") else None
    kind = None if held is None else HELD.get(held.elem_type)
    shape = None
    if held is not None and held.HasField("shape"):
        shape = [size.dim_value if size.HasField("dim_value") and size.dim_value >= 0 else None for size in held.shape.dim]
    return text([one.name, kind, shape])


def graph(one):
    return "\n".join(
        [
            *map(node, one.node),
            *map(value, one.input),
            *map(value, one.output),
            *(f"{text(each.name)} {tensor(each)}" for each in one.initializer),
        ]
    )


def function(one):
    head = text([domain(one.domain), one.name, list(one.input), list(one.output)])
    return "\n".join([head, sets(one.opset_import), *map(node, one.node)])


def sets(imports):
    return text(sorted([domain(one.domain), one.version] for one in imports))


def model(one):
    return "\n".join([sets(one.opset_import), graph(one.graph), *map(function, one.functions)])


for line in sys.stdin:
    described = model(onnx.load(line.rstrip("\n"), load_external_data=False))
    print(hashlib.sha256(described.encode()).hexdigest())
