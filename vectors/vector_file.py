"""The vector file format, which README.md describes: a text header, an empty line, a body."""

import base64
from dataclasses import dataclass, field


ARTIFACT_LINES = (
    *("content-key", "recipient-secret", "model", "publisher", "segment-size", "salt", "commitment"),
    *("engine", "version", "device", "driver", "form", "key", "name", "artifact"),
)
"""In their fixed order."""


@dataclass
class Vector:
    """One scenario: what a reader is given, and what it must find."""

    comment: str
    expect: str
    body: bytes
    operation: str = "open"
    trust: list[str] = field(default_factory=list)
    keyring: bytes | None = None
    least_keyring_version: int | None = None
    grant: bytes | None = None
    identity: list[str] = field(default_factory=list)
    passphrase: str | None = None
    now: str = ""
    vault: bool = False
    cache: str | None = None
    backend: str | None = None
    guarantees: list[str] | None = None
    manifest: str | None = None
    part: list[str] = field(default_factory=list)
    artifact: dict[str, str] = field(default_factory=dict)
    """The lines of ARTIFACT_LINES, where the operation is `artifact`."""

    def lines(self) -> list[tuple[str, str]]:
        """The header's names and values, in their fixed order."""
        found: list[tuple[str, str | None]] = [
            ("comment", self.comment),
            ("operation", self.operation),
            ("expect", self.expect),
            *(("trust", key) for key in self.trust),
            ("keyring", _base64(self.keyring)),
            ("least-keyring-version", _text(self.least_keyring_version)),
            ("grant", _base64(self.grant)),
            *(("identity", identity) for identity in self.identity),
            ("passphrase", self.passphrase),
            ("now", self.now),
            ("vault", "true" if self.vault else None),
            ("cache", self.cache),
            ("backend", self.backend),
            ("guarantees", None if self.guarantees is None else " ".join(self.guarantees)),
            ("manifest", self.manifest),
            *(("part", part) for part in self.part),
            *((name, self.artifact.get(name)) for name in ARTIFACT_LINES),
        ]
        return [(name, value) for name, value in found if value is not None]

    def to_bytes(self) -> bytes:
        text = "".join(f"{name}: {value}\n" for name, value in self.lines())
        return text.encode("utf-8") + b"\n" + self.body


def _base64(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(data).decode("ascii")


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)


def part_line(data_digest: bytes, length: int, role: str, name: str) -> str:
    return f"{data_digest.hex()} {length} {role} {name}"


def parse(data: bytes) -> Vector:
    """Reads a vector file; a ValueError says what is wrong with it."""
    text, separator, body = data.partition(b"\n\n")
    if not separator:
        raise ValueError("a vector has an empty line after its header")
    vector = Vector(comment="", expect="", body=body, operation="")
    for line in text.decode("utf-8").split("\n"):
        name, separator_text, value = line.partition(": ")
        if not separator_text:
            raise ValueError(f"not a header line: {line!r}")
        _set(vector, name, value)
    if not (vector.comment and vector.expect and vector.operation and vector.now):
        raise ValueError("a vector has comment, operation, expect and now")
    return vector


def _set(vector: Vector, name: str, value: str) -> None:
    match name:
        case "trust" | "identity" | "part":
            getattr(vector, name).append(value)
        case "keyring" | "grant":
            setattr(vector, name, base64.b64decode(value, validate=True))
        case "comment" | "expect" | "operation" | "passphrase" | "now" | "cache" | "backend" | "manifest":
            setattr(vector, name, value)
        case "least-keyring-version":
            vector.least_keyring_version = int(value)
        case "vault":
            vector.vault = value == "true"
        case _ if name in ARTIFACT_LINES:
            vector.artifact[name] = value
        case "guarantees":
            vector.guarantees = value.split(" ")
        case _:
            raise ValueError(f"an unknown header line: {name!r}")
