"""Reads one vector with the reader and says where the two disagree."""

from datetime import datetime

from reader.age import Identities, parse_identity
from reader.artifact import artifact_root, binding, open_entry, store_name
from reader.encoding import sha256
from reader.fault import Fault
from reader.members import as_time
from reader.opening import Opened, Place, open_model, verify
from reader.trust import Trust
from vector_file import Vector, parse, part_line


def disagreement(data: bytes) -> str | None:
    """None when the reader finds what the vector expects."""
    try:
        vector = parse(data)
    except ValueError as error:
        return f"not a vector: {error}"
    try:
        lines = _read(vector)
    except Fault as fault:
        return None if fault.code == vector.expect else f"expected {vector.expect}, got {fault}"
    if vector.expect != "success":
        return f"expected {vector.expect}, got success"
    if vector.operation == "artifact":
        expected = [vector.artifact["name"], vector.artifact["artifact"]]
        return None if lines == expected else f"expected {expected}, got {lines}"
    expected = ([] if vector.manifest is None else [vector.manifest]) + vector.part
    return None if lines == expected else f"expected {expected}, got {lines}"


def _read(vector: Vector) -> list[str]:
    """The manifest's digest and the part lines, when opening; nothing when verifying."""
    now: datetime = as_time(vector.now)
    publishers = [bytes.fromhex(key) for key in vector.trust]
    trust = Trust(now, publishers, vector.keyring, vector.least_keyring_version or 0)
    if vector.operation == "artifact":
        return _read_artifact(vector.artifact, vector.body)
    if vector.operation == "verify":
        verify(vector.body, trust)
        return []
    if vector.operation != "open" or vector.grant is None:
        raise ValueError("an operation is `verify`, or `open` with a grant")
    identities = Identities([parse_identity(text) for text in vector.identity], vector.passphrase)
    place = Place(vector.vault, vector.cache, vector.backend, tuple(vector.guarantees or ()))
    return _describe(open_model(vector.body, trust, vector.grant, identities, place))


def _read_artifact(lines: dict[str, str], body: bytes) -> list[str]:
    """The store's key, and the artifact's digest and length."""
    root = artifact_root(
        bytes.fromhex(lines["content-key"]),
        bytes.fromhex(lines["recipient-secret"]),
        bytes.fromhex(lines["model"]),
        bytes.fromhex(lines["publisher"]),
        int(lines["segment-size"]),
        bytes.fromhex(lines["salt"]),
    )
    origin = [lines[name] for name in ("model", "commitment", "engine", "version", "device", "driver", "key")]
    bound = binding(lines["form"], origin)
    name = store_name(root, bound)
    if name != lines["name"]:
        return [name, "not read"]
    artifact = open_entry(body, root, bound)
    return [name, f"{sha256(artifact).hex()} {len(artifact)}"]


def _describe(opened: Opened) -> list[str]:
    """Reads every part in full, in order."""
    lines = [sha256(opened.manifest_bytes).hex()]
    for part in opened.manifest.parts:
        data = opened.read_part(part)
        lines.append(part_line(sha256(data), len(data), part.role, part.name))
    return lines
