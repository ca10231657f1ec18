"""The byte notation of spec/sealed-model.md, and the two hashes that everything uses."""

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def u16(value: int) -> bytes:
    return value.to_bytes(2, "little")


def u32(value: int) -> bytes:
    return value.to_bytes(4, "little")


def u64(value: int) -> bytes:
    return value.to_bytes(8, "little")


def lp(text: str) -> bytes:
    """Length-prefixed ASCII: u8(length) || text."""
    data = text.encode("ascii")
    return bytes([len(data)]) + data


def sha256(*pieces: bytes) -> bytes:
    digest = hashes.Hash(hashes.SHA256())
    for piece in pieces:
        digest.update(piece)
    return digest.finalize()


def hkdf(key: bytes, salt: bytes, info: bytes) -> bytes:
    """32 bytes of HKDF-SHA-256 (RFC 5869)."""
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=info).derive(key)


def padme(length: int) -> int:
    """The Padmé length of a length of at least 2."""
    exponent = length.bit_length() - 1
    return round_up(length, 2 ** (exponent - exponent.bit_length()))


def round_up(value: int, multiple: int) -> int:
    return -(-value // multiple) * multiple
