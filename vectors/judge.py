"""Reads one vector with the reader and says where the two disagree."""

from datetime import datetime

from reader.age import Identities, parse_identity
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
    expected = ([] if vector.manifest is None else [vector.manifest]) + vector.part
    return None if lines == expected else f"expected {expected}, got {lines}"


def _read(vector: Vector) -> list[str]:
    """The manifest's digest and the part lines, when opening; nothing when verifying."""
    now: datetime = as_time(vector.now)
    publishers = [bytes.fromhex(key) for key in vector.trust]
    trust = Trust(now, publishers, vector.keyring, vector.least_keyring_version or 0)
    if vector.operation == "verify":
        verify(vector.body, trust)
        return []
    if vector.operation != "open" or vector.grant is None:
        raise ValueError("an operation is `verify`, or `open` with a grant")
    identities = Identities([parse_identity(text) for text in vector.identity], vector.passphrase)
    place = Place(vector.vault, vector.cache, vector.backend, tuple(vector.guarantees or ()))
    return _describe(open_model(vector.body, trust, vector.grant, identities, place))


def _describe(opened: Opened) -> list[str]:
    """Reads every part in full, in order."""
    lines = [sha256(opened.manifest_bytes).hex()]
    for part in opened.manifest.parts:
        data = opened.read_part(part)
        lines.append(part_line(sha256(data), len(data), part.role, part.name))
    return lines
