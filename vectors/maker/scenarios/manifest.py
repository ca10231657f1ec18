"""Manifests that are malformed; parts have scenarios of their own."""

from collections.abc import Iterator

from reader.encoding import u32

from ..bench import Bench, Scenario
from ..layout import Members, json_bytes, manifest_members

INVALID = "manifest-invalid"


def tensor(**changes: object) -> Members:
    return {"name": "x", "type": "float32", "shape": [1], **changes}


CHANGES: tuple[tuple[str, str, Members], ...] = (
    ("kind-unknown", "An unknown kind.", {"kind": "pickle"}),
    ("input-duplicate", "Two inputs of one name.", {"inputs": [tensor(), tensor(shape=[2])]}),
    ("tensor-name-1025-bytes", "An input's name of 1,025 bytes.", {"inputs": [tensor(name="é" * 512 + "e")]}),
    ("tensor-type-unknown", "An unknown type.", {"inputs": [tensor(type="float8")]}),
    ("shape-negative", "A dimension of -1.", {"inputs": [tensor(shape=[1, -1])]}),
    ("shape-rank-33", "Rank 33.", {"outputs": [tensor(shape=[1] * 33)]}),
    ("critical-empty", "`critical` is empty.", {"critical": []}),
    ("policy-vault-text", "`vault` is a string.", {"policy": {"vault": "true"}}),
    ("policy-cache-text", "`cache` is a string.", {"policy": {"cache": "off"}}),
)


def scenarios() -> Iterator[Scenario]:
    for name in ("kind", "inputs", "outputs", "parts"):
        at = Bench(f"manifest/{name}-missing")
        members = {key: value for key, value in manifest_members([]).items() if key != name}
        yield at.fails(INVALID, f"`{name}` is missing.", at.seal([], text=json_bytes(members)))
    at = Bench("manifest/tensor-shape-missing")
    untold: Members = {"inputs": [{"name": "x", "type": "float32"}]}
    yield at.fails(INVALID, "`shape` of an input is missing.", at.seal(manifest=untold))
    for name, comment, changes in CHANGES:
        at = Bench(f"manifest/{name}")
        yield at.fails(INVALID, comment, at.seal(manifest=changes))
    at = Bench("manifest/critical-unknown")
    yield at.fails("critical-unknown", "An unknown critical member.", at.seal(manifest={"x": 1, "critical": ["x"]}))
    yield from _texts()
    yield from _lengths()


def _texts() -> Iterator[Scenario]:
    good = json_bytes(manifest_members([]))
    for name, comment, text in (
        ("duplicate", "`parts` twice.", good[:-1] + b',"parts":[]}'),
        ("duplicate-escaped", "`kind` twice, once with an escape.", good[:-1] + b',"\\u006bind":"file"}'),
        ("byte-order-mark", "A byte-order mark.", b"\xef\xbb\xbf" + good),
        ("lone-surrogate", "A lone surrogate.", good[:-1] + b',"x":"\\udc00"}'),
        ("zeros", "A zero byte at its end, within M.", good + b"\0"),
    ):
        at = Bench(f"manifest/{name}")
        yield at.fails(INVALID, comment, at.seal([], text=text))


def _lengths() -> Iterator[Scenario]:
    good = json_bytes(manifest_members([]))
    for name, comment, length in (
        ("length-0", "M is 0.", 0),
        ("length-1", "M is 1.", 1),
        ("length-past-payload", "4 + M is one more than P.", 507),
        ("length-2-32", "M is 2^32 - 1.", 2**32 - 1),
    ):
        at = Bench(f"manifest/{name}")
        plain = (u32(length) + good).ljust(510, b" ")
        yield at.fails(INVALID, comment, at.seal_plain(plain))
    at = Bench("manifest/payload-6-bytes")
    yield at.fails(INVALID, "The least payload, with the least M: no members.", at.seal_plain(u32(2) + b"{}"))
    at = Bench("manifest/payload-6-bytes-length-3")
    yield at.fails(INVALID, "The least payload, M is 3.", at.seal_plain(u32(3) + b"{}"))
