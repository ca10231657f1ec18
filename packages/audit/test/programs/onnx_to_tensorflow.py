"""Makes TensorFlow SavedModels of an ONNX model: onnx_to_tensorflow.py MODEL.onnx FOLDER.

FOLDER/variables has the weights as variables, FOLDER/constants as constants of the graph ("frozen"). Only the operators
of PP-OCRv4's recognition and of PP-OCR's classification are known.
"""

import sys

import numpy
import onnx
import tensorflow as tf
from onnx import numpy_helper


def nhwc(x):
    return tf.transpose(x, [0, 2, 3, 1])


def nchw(x):
    return tf.transpose(x, [0, 3, 1, 2])


def padding_of(attributes):
    top, left, bottom, right = attributes.get("pads", [0, 0, 0, 0])
    return [[0, 0], [top, bottom], [left, right], [0, 0]]


def filter_of(weights, groups):
    """Of TensorFlow's layout: height, width, in, out; of a convolution by depth height, width, in, 1."""
    return weights.transpose([2, 3, 0, 1] if groups > 1 else [2, 3, 1, 0])


class Network(tf.Module):
    def __init__(self, model, constants):
        super().__init__()
        self.nodes = [node for node in model.graph.node if node.op_type != "Constant"]
        self.output = model.graph.output[0].name
        self.held = {}
        self.kept = []
        filters = {node.input[1]: self.attributes(node).get("group", 1) for node in self.nodes if node.op_type == "Conv"}
        for node in model.graph.node:
            if node.op_type == "Constant":
                value = numpy_helper.to_array(node.attribute[0].t)
                name = node.output[0]
                if name in filters:
                    value = filter_of(value, filters[name])
                if constants or value.dtype != numpy.float32 or value.size < 4:
                    self.held[name] = value
                else:
                    self.kept.append(tf.Variable(value, name=name.replace(":", "_")))
                    self.held[name] = self.kept[-1]

    @staticmethod
    def attributes(node):
        return {attribute.name: onnx.helper.get_attribute_value(attribute) for attribute in node.attribute}

    def __call__(self, x):
        values = {"x": x, **self.held}
        for node in self.nodes:
            inputs = [values[name] for name in node.input]
            with tf.name_scope(node.output[0].replace(":", "_")):
                values[node.output[0]] = self.compute(node.op_type, inputs, self.attributes(node))
        return values[self.output]

    def compute(self, operator, inputs, attributes):
        x, *others = inputs
        if operator == "Conv":
            weights, *bias = others
            groups = attributes.get("group", 1)
            padded = tf.pad(nhwc(x), padding_of(attributes))
            rows, columns = attributes.get("strides", [1, 1])
            if groups == 1:
                result = tf.nn.conv2d(padded, weights, [1, rows, columns, 1], "VALID")
            elif rows == columns:
                result = tf.nn.depthwise_conv2d(padded, weights, [1, rows, columns, 1], "VALID")
            else:
                # TensorFlow's takes equal strides only.
                result = tf.nn.depthwise_conv2d(padded, weights, [1, 1, 1, 1], "VALID")[:, ::rows, ::columns, :]
            return nchw(tf.nn.bias_add(result, bias[0]) if bias else result)
        if operator == "BatchNormalization":
            scale, shift, mean, variance = [tf.reshape(tf.convert_to_tensor(one), [1, -1, 1, 1]) for one in others]
            return (x - mean) * tf.math.rsqrt(variance + attributes.get("epsilon", 1e-5)) * scale + shift
        if operator in ("AveragePool", "MaxPool"):
            pool = tf.nn.avg_pool2d if operator == "AveragePool" else tf.nn.max_pool2d
            padded = tf.pad(nhwc(x), padding_of(attributes))
            return nchw(pool(padded, attributes["kernel_shape"], attributes["strides"], "VALID"))
        if operator == "Slice":
            slices = [slice(None)] * len(x.shape)
            for start, end, axis in zip(attributes["starts"], attributes["ends"], attributes["axes"]):
                slices[axis] = slice(start, min(end, 2**31 - 1))
            return x[tuple(slices)]
        kind = onnx.helper.tensor_dtype_to_np_dtype(attributes["to"]) if "to" in attributes else None
        simple = {
            "Add": lambda: x + others[0],
            "Sub": lambda: x - others[0],
            "Mul": lambda: x * others[0],
            "Div": lambda: x / others[0],
            "Pow": lambda: tf.pow(x, others[0]),
            "Sqrt": lambda: tf.sqrt(x),
            "MatMul": lambda: tf.matmul(x, others[0]),
            "Clip": lambda: tf.clip_by_value(x, *(others or (attributes["min"], attributes["max"]))),
            "Relu": lambda: tf.nn.relu(x),
            "Sigmoid": lambda: tf.sigmoid(x),
            "HardSigmoid": lambda: tf.clip_by_value(
                x * attributes.get("alpha", 0.2) + attributes.get("beta", 0.5), 0.0, 1.0
            ),
            "GlobalAveragePool": lambda: tf.reduce_mean(x, [2, 3], keepdims=True),
            "ReduceMean": lambda: tf.reduce_mean(x, attributes["axes"], keepdims=bool(attributes.get("keepdims", 1))),
            "Softmax": lambda: tf.nn.softmax(x, attributes.get("axis", -1)),
            # Shapes are known here: what is computed from them stays numpy's.
            "Shape": lambda: numpy.array(x.shape, numpy.int64),
            "Cast": lambda: x.astype(kind) if isinstance(x, numpy.ndarray) else tf.cast(x, kind),
            "Concat": lambda: (numpy.concatenate if all(isinstance(one, numpy.ndarray) for one in inputs) else tf.concat)(
                inputs, attributes["axis"]
            ),
            "Reshape": lambda: tf.reshape(x, [x.shape[at] if size == 0 else size for at, size in enumerate(others[0])]),
            "Transpose": lambda: tf.transpose(x, attributes["perm"]),
            "Squeeze": lambda: (numpy if isinstance(x, numpy.ndarray) else tf).squeeze(x, tuple(attributes["axes"])),
        }
        return simple[operator]()


def main(path, folder):
    model = onnx.load(path)
    height, width = [dimension.dim_value or size for dimension, size in zip(model.graph.input[0].type.tensor_type.shape.dim[2:], (48, 320))]
    for name in ("variables", "constants"):
        network = Network(model, name == "constants")
        network.run = tf.function(network.__call__, autograph=False, input_signature=[tf.TensorSpec([1, 3, height, width], tf.float32, "x")])
        tf.saved_model.save(network, f"{folder}/{name}", signatures=network.run)


main(*sys.argv[1:])
