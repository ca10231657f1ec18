"""Runs a SavedModel with TensorFlow as an application does: tensorflow_model.py FOLDER [jit]."""

import sys

import tensorflow as tf

folder, *more = sys.argv[1:]
model = tf.saved_model.load(folder)
run = model.signatures["serving_default"]
if "jit" in more:
    run = tf.function(run, jit_compile=True)
shape = model.signatures["serving_default"].structured_input_signature[1]["x"].shape
results = run(x=tf.fill(shape, 0.5))
for result in results.values():
    print(result.shape, float(tf.reduce_max(result)))
print("version: TensorFlow", tf.__version__)
