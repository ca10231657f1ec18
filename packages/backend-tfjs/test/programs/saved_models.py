"""Makes SavedModels by TensorFlow itself: saved_models.py KIND FOLDER.

small: variables, an asset, three signatures. It is committed as fixtures/saved-model.
keras: what Keras 3's model.export() writes of a trained model with two inputs.
"""

import os
import sys
import tempfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf


class Small(tf.Module):
    def __init__(self, words):
        super().__init__()
        random = np.random.default_rng(7)
        self.kernel = tf.Variable(random.standard_normal((4, 3)), dtype=tf.float32)
        self.bias = tf.Variable(random.standard_normal(3), dtype=tf.float32)
        self.asset = tf.saved_model.Asset(words)
        whole_line = tf.lookup.TextFileIndex.WHOLE_LINE
        line_number = tf.lookup.TextFileIndex.LINE_NUMBER
        rows = tf.lookup.TextFileInitializer(self.asset, tf.string, whole_line, tf.int64, line_number)
        self.table = tf.lookup.StaticHashTable(rows, -1)

    @tf.function(input_signature=[tf.TensorSpec([None, 4], tf.float32, name="x")])
    def serve(self, x):
        hidden = tf.matmul(x, self.kernel) + self.bias
        return {"scores": tf.nn.softmax(hidden), "best": tf.argmax(hidden, axis=1)}

    @tf.function(
        input_signature=[tf.TensorSpec([None], tf.string, name="words"), tf.TensorSpec([], tf.int64, name="offset")]
    )
    def look_up(self, words, offset):
        numbers = self.table.lookup(words)
        return {"numbers": numbers + offset, "known": numbers >= 0, "upper": tf.strings.upper(words)}

    @tf.function(input_signature=[tf.TensorSpec([2, None], tf.uint8, name="pixels")])
    def invert(self, pixels):
        return {"inverted": 255 - pixels, "sum": tf.reduce_sum(tf.cast(pixels, tf.int32), axis=1)}


def small(folder):
    with tempfile.TemporaryDirectory() as aside:
        words = os.path.join(aside, "words.txt")
        with open(words, "w", encoding="utf-8") as file:
            file.write("kettle\nBrüssel\n茶\n")
        module = Small(words)
        signatures = {"serving_default": module.serve, "look_up": module.look_up, "invert": module.invert}
        options = tf.saved_model.SaveOptions(experimental_debug_stripper=True)
        tf.saved_model.save(module, folder, signatures, options)


def keras(folder):
    tf.keras.utils.set_random_seed(7)
    tokens = tf.keras.Input((None,), dtype="int64", name="tokens")
    image = tf.keras.Input((8, 8, 3), name="image")
    embedded = tf.keras.layers.Embedding(16, 4)(tokens)
    text = tf.keras.layers.GlobalAveragePooling1D()(embedded)
    seen = tf.keras.layers.Conv2D(4, 3, activation="relu")(image)
    picture = tf.keras.layers.GlobalAveragePooling2D()(seen)
    joined = tf.keras.layers.Concatenate()([text, picture])
    answer = tf.keras.layers.Dense(3, activation="softmax", name="answer")(joined)
    model = tf.keras.Model({"tokens": tokens, "image": image}, {"answer": answer, "picture": picture})
    random = np.random.default_rng(7)
    inputs = {"tokens": random.integers(0, 16, (32, 5)), "image": random.random((32, 8, 8, 3), dtype=np.float32)}
    targets = {"answer": random.integers(0, 3, 32), "picture": random.random((32, 4), dtype=np.float32)}
    model.compile("adam", {"answer": "sparse_categorical_crossentropy", "picture": "mse"})
    model.fit(inputs, targets, epochs=1, verbose=0)
    model.export(folder, verbose=False)


kind, folder = sys.argv[1:]
{"small": small, "keras": keras}[kind](folder)
