"""Bytes and keys that look random and are the same every time."""

import hashlib
import itertools
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from reader import bech32
from reader.signature import GROUP_ORDER


def derive(scenario: str, label: str, length: int) -> bytes:
    """`length` bytes: SHA-256 of scenario, label and a counter, block after block."""
    blocks = range(-(-length // 32))
    seed = f"strongroom vector\n{scenario}\n{label}\n"
    return b"".join(hashlib.sha256(f"{seed}{block}".encode()).digest() for block in blocks)[:length]


@dataclass(frozen=True)
class SigningKey:
    """An Ed25519 key."""

    seed: bytes

    @property
    def public(self) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()

    @property
    def scalar(self) -> int:
        """The secret scalar (RFC 8032, 5.1.5), reduced: the public key is this times the base point."""
        digest = bytearray(hashlib.sha512(self.seed).digest()[:32])
        digest[0] &= 248
        digest[31] = digest[31] & 127 | 64
        return int.from_bytes(digest, "little") % GROUP_ORDER

    def sign(self, message: bytes) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)


@dataclass(frozen=True)
class SmallOrderKey(SigningKey):
    """A public key of small order, for which anyone can sign."""

    point: bytes

    @property
    def public(self) -> bytes:
        return self.point

    def sign(self, message: bytes) -> bytes:
        """R = S B, with an R for which k is a multiple of 8, reduced or not: so k A is nothing."""
        for attempt in itertools.count():
            one = SigningKey(hashlib.sha256(self.seed + bytes([attempt // 256, attempt % 256])).digest())
            k = int.from_bytes(hashlib.sha512(one.public + self.point + message).digest(), "little")
            if k % 8 == 0 and k % GROUP_ORDER % 8 == 0:
                return one.public + one.scalar.to_bytes(32, "little")
        raise AssertionError


@dataclass(frozen=True)
class Recipient:
    """An age X25519 identity."""

    secret: bytes

    @property
    def public(self) -> bytes:
        return X25519PrivateKey.from_private_bytes(self.secret).public_key().public_bytes_raw()

    @property
    def identity(self) -> str:
        return bech32.encode("age-secret-key-", self.secret).upper()
