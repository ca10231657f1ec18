"""Opening and verifying a sealed model: the whole order of reading."""

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import constant_time
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from . import limits
from .age import Identities
from .fault import Fault
from .grant import open_grant
from .manifest import Manifest, Part, Policy, read_manifest
from .sealed_file import SealedFile, read_file
from .trust import Trust

LABEL_PAYLOAD_KEY = "strongroom model payload key"
LABEL_COMMITMENT = "strongroom model key commitment"


def segment_nonce(index: int, last: bool) -> bytes:
    """STREAM's: an 11-byte big-endian counter and the flag of the last segment."""
    return index.to_bytes(11, "big") + bytes([last])


@dataclass(frozen=True)
class Place:
    """Where an app opens a model. What it doesn't say, it doesn't have."""

    vault: bool = False
    cache: str | None = None
    backend: str | None = None
    guarantees: tuple[str, ...] = ()
    """Ids of those that are enforced or observed."""


@dataclass(frozen=True)
class Opened:
    """A model whose manifest was read. Parts are decrypted when they are asked for."""

    file: SealedFile
    payload_key: bytes
    manifest_bytes: bytes
    manifest: Manifest

    def read_part(self, part: Part) -> bytes:
        return read_range(self.file, self.payload_key, part.start, part.length)


def verify(data: bytes, trust: Trust) -> None:
    """Steps 1 to 7, then the digest of every segment in order."""
    file = read_file(data, trust)
    for index in range(file.header.segment_count):
        file.checked_segment(index)


def open_model(data: bytes, trust: Trust, grant: bytes, identities: Identities, place: Place) -> Opened:
    """Steps 1 to 11."""
    file = read_file(data, trust)
    content_key = open_grant(grant, file.header, file.rights, identities, trust.now, place.cache == "sealed")
    commitment = file.header.derive(content_key, LABEL_COMMITMENT)
    if not constant_time.bytes_eq(commitment, file.header.commitment):
        raise Fault("commitment-mismatch")
    payload_key = file.header.derive(content_key, LABEL_PAYLOAD_KEY)

    length = int.from_bytes(read_range(file, payload_key, 0, 4), "little")
    if not limits.MANIFEST_LEAST <= length <= limits.MANIFEST_MOST or 4 + length > file.header.payload_length:
        raise Fault("manifest-invalid", "its length")
    manifest_bytes = read_range(file, payload_key, 4, length)
    manifest = read_manifest(manifest_bytes, file.header.segment_size, file.header.payload_length)
    _check_policy(manifest.policy, place)
    return Opened(file, payload_key, manifest_bytes, manifest)


def read_range(file: SealedFile, payload_key: bytes, start: int, length: int) -> bytes:
    """Plaintext bytes, from the segments that hold them, each checked and then decrypted, in order."""
    if length == 0:
        return b""
    size = file.header.segment_size
    first, last = start // size, (start + length - 1) // size
    plain = b"".join(_decrypt_segment(file, payload_key, index) for index in range(first, last + 1))
    return plain[start - first * size :][:length]


def _decrypt_segment(file: SealedFile, payload_key: bytes, index: int) -> bytes:
    ciphertext = file.checked_segment(index)
    nonce = segment_nonce(index, index == file.header.segment_count - 1)
    try:
        return AESGCM(payload_key).decrypt(nonce, ciphertext + file.tags[index], None)
    except InvalidTag as error:
        raise Fault("decryption-failed", f"segment {index}") from error


def _check_policy(policy: Policy, place: Place) -> None:
    """Step 11."""
    if policy.vault and not place.vault:
        raise Fault("policy-vault")
    if policy.cache is not None and place.cache not in policy.cache:
        raise Fault("policy-cache")
    if policy.backends is not None and place.backend not in policy.backends:
        raise Fault("policy-backend")
    if not set(policy.guarantees) <= set(place.guarantees):
        raise Fault("policy-guarantee")
