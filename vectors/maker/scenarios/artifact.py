"""Entries of a store under the cache policy `sealed`: good ones, and what is ignored."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from reader.artifact import ARTIFACT_MOST, BROTLI, MAGIC, STORED, artifact_root, binding, entry_key, store_name
from reader.brotli import encode_stored
from reader.encoding import padme, sha256, u32, u64
from vector_file import Vector

from ..bench import NOW, Scenario
from ..keys import derive

SEGMENT_SIZE = 4096
FORMAT, VERSION, AUTHENTICITY = "ignored-format", "ignored-version", "ignored-authenticity"


@dataclass(frozen=True)
class Artifact:
    """What one entry is of, and for whom."""

    path: str
    origin: dict[str, str] = field(default_factory=dict)
    """Changes of engine, version, device, driver, form and key."""
    secret: str = "recipient secret"

    def random(self, label: str, length: int = 32) -> bytes:
        return derive(self.path, label, length)

    @property
    def lines(self) -> dict[str, str]:
        """All but `name` and `artifact`."""
        return {
            "content-key": self.random("content key").hex(),
            "recipient-secret": self.random(self.secret).hex(),
            "model": self.random("model", 16).hex(),
            "publisher": self.random("publisher").hex(),
            "segment-size": str(SEGMENT_SIZE),
            "salt": self.random("salt").hex(),
            "commitment": self.random("commitment").hex(),
            "engine": "opencl",
            "version": "1.0.0",
            "device": "Gerät 1",
            "driver": "22.43.24595",
            "form": "artifact",
            "key": "kernel 0: -cl-fast-relaxed-math",
            **self.origin,
        }

    @property
    def root(self) -> bytes:
        return artifact_root(
            self.random("content key"),
            self.random(self.secret),
            self.random("model", 16),
            self.random("publisher"),
            SEGMENT_SIZE,
            self.random("salt"),
        )

    @property
    def bound(self) -> bytes:
        lines = self.lines
        names = ("model", "commitment", "engine", "version", "device", "driver", "key")
        return binding(lines["form"], [lines[name] for name in names])

    def entry(self, plain: bytes) -> bytes:
        salt = self.random("entry salt")
        return MAGIC + salt + AESGCM(entry_key(self.root, self.bound, salt)).encrypt(bytes(12), plain, None)

    def scenario(self, expect: str, comment: str, body: bytes, artifact: bytes | None = None) -> Scenario:
        lines = {**self.lines, "name": store_name(self.root, self.bound)}
        if artifact is not None:
            lines["artifact"] = f"{sha256(artifact).hex()} {len(artifact)}"
        vector = Vector(
            comment=comment, operation="artifact", expect=expect, body=body, now=NOW, artifact=lines
        )
        return Scenario(self.path, vector)


def plaintext(body: bytes, method: int = STORED, length: int | None = None, body_length: int | None = None) -> bytes:
    """What an entry seals, padded."""
    head = u32(method) + u32(len(body) if body_length is None else body_length) + u64(len(body) if length is None else length)
    return (head + body).ljust(padme(16 + len(body)), b"\0")


def scenarios() -> Iterator[Scenario]:
    yield from _good()
    yield from _malformed()
    yield from _others()


def _good() -> Iterator[Scenario]:
    for name, comment, length in (
        ("stored", "An artifact of 100 bytes, stored.", 100),
        ("empty", "An artifact of no bytes.", 0),
        ("padded", "An artifact of 1001 bytes, which is padded to 1024.", 1001),
    ):
        at = Artifact(f"artifact/{name}")
        data = at.random("artifact", length)
        yield at.scenario("success", comment, at.entry(plaintext(data)), data)
    at = Artifact("artifact/brotli")
    data = at.random("artifact", 100)
    body = encode_stored(data)
    yield at.scenario("success", "An artifact in Brotli's format.", at.entry(plaintext(body, BROTLI, len(data))), data)
    at = Artifact("artifact/directory", {"form": "directory", "key": "driver"})
    data = b"SRFOLDR1" + u32(1) + b"\x01" + b"\x05\0" + b"a.bin" + u64(2) + b"\x01\x02"
    yield at.scenario("success", "A folder of one file.", at.entry(plaintext(data)), data)


def _malformed() -> Iterator[Scenario]:
    data = b"an artifact"
    for name, comment, expect, change in (
        ("nothing", "No bytes.", FORMAT, lambda entry: b""),
        ("cut", "The last 9 bytes are missing, so that the length is none of Padmé's.", FORMAT, lambda entry: entry[:-9]),
        ("magic", "It begins with something else.", FORMAT, lambda entry: b"X" + entry[1:]),
        ("version-2", "An entry of the next version.", VERSION, lambda entry: b"SRARTIF2" + entry[8:]),
        ("version-2-cut", "The same without its last 9 bytes.", FORMAT, lambda entry: b"SRARTIF2" + entry[8:-9]),
        ("salt-flipped", "A bit of the salt is flipped.", AUTHENTICITY, lambda entry: _flip(entry, 20)),
        ("ciphertext-flipped", "A bit of the ciphertext is flipped.", AUTHENTICITY, lambda entry: _flip(entry, 45)),
        ("tag-flipped", "A bit of the tag is flipped.", AUTHENTICITY, lambda entry: _flip(entry, -1)),
    ):
        at = Artifact(f"artifact/{name}")
        yield at.scenario(expect, comment, change(at.entry(plaintext(data * 9))))
    for name, comment, expect, plain in (
        ("two-lengths", "Stored, of another length than the body.", FORMAT, plaintext(data, length=len(data) - 1)),
        ("body-too-long", "The body's length goes beyond the padding.", FORMAT, plaintext(data, body_length=1000)),
        ("artifact-too-long", "An artifact of more than 2^30 bytes.", FORMAT, plaintext(data, length=ARTIFACT_MOST + 1)),
        ("method-2", "A method that isn't there yet.", VERSION, plaintext(data, 2)),
        ("brotli-longer", "It decodes to more than it says.", FORMAT, plaintext(encode_stored(data), BROTLI, 3)),
        ("brotli-shorter", "It decodes to less than it says.", FORMAT, plaintext(encode_stored(data), BROTLI, 30)),
    ):
        at = Artifact(f"artifact/{name}")
        yield at.scenario(expect, comment, at.entry(plain))


def _others() -> Iterator[Scenario]:
    """The entry is one that was sealed for something else."""
    data = b"an artifact"
    for name, comment, origin in (
        ("other-engine", "Of another engine.", {"engine": "another"}),
        ("other-version", "Of another version of the engine.", {"version": "1.0.1"}),
        ("other-device", "Of another device.", {"device": "Gerät 2"}),
        ("other-driver", "Of another driver.", {"driver": "23.35"}),
        ("other-key", "Of another key of the engine's.", {"key": "kernel 1: -cl-fast-relaxed-math"}),
        ("other-form", "A folder of the same key.", {"form": "directory"}),
    ):
        at = Artifact(f"artifact/{name}")
        yield at.scenario(AUTHENTICITY, comment, replace(at, origin=origin).entry(plaintext(data)))
    at = Artifact("artifact/other-licensee")
    other = replace(at, secret="another recipient secret")
    yield at.scenario(AUTHENTICITY, "Of another licensee, who has the same content key.", other.entry(plaintext(data)))


def _flip(data: bytes, at: int) -> bytes:
    changed = bytearray(data)
    changed[at] ^= 1
    return bytes(changed)
