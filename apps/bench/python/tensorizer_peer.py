"""Decrypts eight tensors from a file with tensorizer, whenever told to: a line in, milliseconds or "ready" out."""

import os
import sys
import time

import numpy
import torch
from tensorizer import DecryptionParams, EncryptionParams, TensorDeserializer, TensorSerializer

plain_path, folder, verify = sys.argv[1:]
path = os.path.join(folder, f"peer-{verify}.tensors")
plain = torch.from_numpy(numpy.fromfile(plain_path, dtype=numpy.uint8)).reshape(8, -1)
module = torch.nn.Module()
for i in range(8):
    module.register_buffer(f"t{i}", plain[i].clone())
encryption = EncryptionParams.random()
serializer = TensorSerializer(path, encryption=encryption)
serializer.write_module(module)
serializer.close()


def load():
    parameters = DecryptionParams.from_key(encryption.key)
    file = TensorDeserializer(path, device="cpu", encryption=parameters, verify_hash=verify == "hash")
    tensors = {name.lstrip("."): file[name] for name in file.keys()}
    file.close()
    return tensors


found = load()
if not all(torch.equal(found[f"t{i}"], plain[i]) for i in range(8)):
    sys.exit("tensorizer gave other bytes.")
print("ready", flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    tensors = load()
    print((time.perf_counter() - start) * 1000, flush=True)
    del tensors
