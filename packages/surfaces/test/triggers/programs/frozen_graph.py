"""Writes a frozen graph that multiplies a row by a matrix: frozen_graph.py NAME WEIGHTS FILE.

NAME is the product's, WEIGHTS are hexadecimal: the bytes of 8 by 8 floats.
"""

import sys

import numpy
import tensorflow as tf

name, weights, file = sys.argv[1:]
with tf.Graph().as_default() as graph:
    x = tf.compat.v1.placeholder(tf.float32, [1, 8], "x")
    matrix = numpy.frombuffer(bytes.fromhex(weights), numpy.float32).reshape(8, 8)
    tf.identity(tf.tanh(tf.matmul(x, tf.constant(matrix), name=name)), "y")
with open(file, "wb") as out:
    out.write(graph.as_graph_def().SerializeToString())
