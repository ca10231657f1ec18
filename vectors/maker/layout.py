"""Plaintext payloads: manifests, parts, and where they go."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from reader.encoding import u32
from reader.manifest import place_parts

Members = Mapping[str, object]
"""Members of a JSON object, or changes to them."""


@dataclass(frozen=True)
class Part:
    """A part to be sealed."""

    role: str
    name: str
    data: bytes


def json_bytes(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def describe(parts: list[Part]) -> list[Members]:
    return [{"role": part.role, "name": part.name, "byteLength": len(part.data)} for part in parts]


def manifest_members(parts: list[Part], changes: Members | None = None) -> Members:
    """A plain ONNX manifest for these parts, with members changed or added."""
    members: Members = {
        "kind": "onnx",
        "inputs": [{"name": "x", "type": "float32", "shape": ["batch", 4]}],
        "outputs": [{"name": "y", "type": "float32", "shape": ["batch", 2]}],
        "parts": describe(parts),
    }
    return {**members, **(changes or {})}


def padme(length: int) -> int:
    """Nikitin et al., PETS 2019: the leading bits of `length`, rounded up."""
    exponent = length.bit_length() - 1
    significant = exponent.bit_length()
    multiple = 1 << (exponent - significant)
    return -(-length // multiple) * multiple


def lay_out(manifest: bytes, parts: list[Part], segment_size: int, payload_length: int | None = None) -> bytes:
    """u32(M), manifest, parts and zero bytes up to the Padmé length, or to `payload_length`."""
    plain = bytearray(u32(len(manifest)) + manifest)
    for part, start in zip(parts, place_parts(len(plain), [len(part.data) for part in parts], segment_size)):
        plain += bytes(start - len(plain)) + part.data
    return bytes(plain) + bytes((payload_length or padme(len(plain))) - len(plain))
