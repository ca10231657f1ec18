"""The manifest: what is in the payload, and where."""

from dataclasses import dataclass, field

from . import limits, strict_json
from .document import check_critical
from .encoding import round_up
from .fault import Fault, Malformed
from .members import Members, as_array, as_integer, as_object, as_text, get

KINDS = ("onnx", "tfjs-graph", "tfjs-layers", "openvino-ir", "saved-model", "file")
ROLES = ("graph", "weights", "tensor", "file")
CACHES = ("off", "memory", "sealed", "driver")
_WIDTHS = (4, 8, 16, 32, 64)
TYPES = (
    *("float16", "float32", "float64", "bfloat16", "bool", "string"),
    *(f"{sign}{width}" for sign in ("int", "uint") for width in _WIDTHS),
)


@dataclass(frozen=True)
class Part:
    role: str
    name: str
    start: int
    length: int


@dataclass(frozen=True)
class Policy:
    """None means that the publisher allows anything, an empty list that nothing is allowed."""

    vault: bool = False
    cache: list[str] | None = None
    guarantees: list[str] = field(default_factory=list)
    backends: list[str] | None = None


@dataclass(frozen=True)
class Manifest:
    parts: list[Part]
    policy: Policy


def place_parts(after: int, lengths: list[int], segment_size: int) -> list[int]:
    """Where parts of these lengths begin when the first may begin at `after`."""
    starts: list[int] = []
    for length in lengths:
        start = round_up(after, segment_size if length >= segment_size else limits.PART_ALIGNMENT)
        starts.append(start)
        after = start + length
    return starts


def read_manifest(data: bytes, segment_size: int, payload_length: int) -> Manifest:
    """Step 10, once the manifest's bytes are there."""
    try:
        members = strict_json.parse(data)
        check_critical(members, "manifest-invalid")
        if get(members, "kind") not in KINDS:
            raise Malformed("an unknown kind")
        _check_tensors(get(members, "inputs"))
        _check_tensors(get(members, "outputs"))
        parts = _read_parts(get(members, "parts"), 4 + len(data), segment_size)
        if any(part.start + part.length > payload_length for part in parts):
            raise Malformed("a part ends after the payload")
        policy = _read_policy(as_object(members["policy"])) if "policy" in members else Policy()
    except Malformed as error:
        raise Fault("manifest-invalid", str(error)) from error
    return Manifest(parts, policy)


def _check_tensors(value: object) -> None:
    names: set[str] = set()
    for item in as_array(value, limits.TENSORS_MOST):
        tensor = as_object(item)
        names.add(name := as_text(get(tensor, "name"), 1, limits.NAME_MOST))
        if get(tensor, "type") not in TYPES:
            raise Malformed(f"an unknown type of {name!r}")
        for dimension in as_array(get(tensor, "shape"), limits.RANK_MOST):
            if isinstance(dimension, str):
                as_text(dimension, 1, limits.NAME_MOST)
            else:
                as_integer(dimension, 0)
    if len(names) != len(as_array(value, limits.TENSORS_MOST)):
        raise Malformed("two tensors of one name")


def _read_parts(value: object, after: int, segment_size: int) -> list[Part]:
    described: list[tuple[str, str, int]] = []
    for item in as_array(value, limits.PARTS_MOST):
        part = as_object(item)
        role = as_text(get(part, "role"), 1, limits.NAME_MOST)
        if role not in ROLES:
            raise Malformed("an unknown role")
        described.append((role, _part_name(get(part, "name")), as_integer(get(part, "byteLength"), 0)))
    if len({name for _, name, _ in described}) != len(described):
        raise Malformed("two parts of one name")
    starts = place_parts(after, [length for _, _, length in described], segment_size)
    return [Part(role, name, start, length) for (role, name, length), start in zip(described, starts)]


def _part_name(value: object) -> str:
    name = as_text(value, 1, limits.NAME_MOST)
    if any(letter in "\\:\x7f" or letter < " " for letter in name):
        raise Malformed("a part's name has a forbidden character")
    if any(component in ("", ".", "..") for component in name.split("/")):
        raise Malformed("a part's name is not a relative path")
    return name


def _read_policy(members: Members) -> Policy:
    def texts(name: str) -> list[str] | None:
        if name not in members:
            return None
        words = as_array(members[name], limits.POLICY_LIST_MOST)
        return [as_text(word, 1, limits.POLICY_WORD_MOST) for word in words]

    vault, cache = members.get("vault", False), texts("cache")
    if not isinstance(vault, bool):
        raise Malformed("vault is not true or false")
    if any(item not in CACHES for item in cache or ()):
        raise Malformed("an unknown cache policy")
    return Policy(vault, cache, texts("guarantees") or [], texts("backends"))
