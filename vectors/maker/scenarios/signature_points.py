"""Signatures with odd numbers and points, which some implementations of Ed25519 accept."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from reader import envelope
from reader.signature import FIELD, GROUP_ORDER

from ..bench import Bench, Scenario
from ..issue import issue_keyring
from ..keys import SigningKey, SmallOrderKey
from .signature import INVALID, high

IDENTITY_NOT_CANONICAL = (FIELD + 1).to_bytes(32, "little")
"""The neutral point with y = p + 1. As a key or as R it makes signatures easy for readers that take it."""

_ORDER_8 = (
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
)


def _negative(point: bytes) -> bytes:
    """With the other sign of x."""
    return point[:31] + bytes([point[31] ^ 0x80])


SMALL_ORDER = {
    "1": (1).to_bytes(32, "little"),
    "2": (FIELD - 1).to_bytes(32, "little"),
    "4": bytes(32),
    "4-negative": _negative(bytes(32)),
    "8": _ORDER_8[0],
    "8-negative": _negative(_ORDER_8[0]),
    "8-other": _ORDER_8[1],
    "8-other-negative": _negative(_ORDER_8[1]),
}
"""The eight points of small order, by their order."""


def scenarios() -> Iterator[Scenario]:
    at = Bench("signature/high-s")
    sealed = at.seal()
    yield at.fails(INVALID, "S is not below the group order.", replace(sealed, signature=high(sealed.signature)))
    at = Bench("signature/r-not-canonical")
    sealed = at.seal()
    yield at.fails(
        INVALID,
        "R is the neutral point, not canonically encoded.",
        replace(sealed, signature=_with_neutral_r(at.root, sealed.document)),
    )
    at = Bench("signature/key-not-canonical")
    keyring = issue_keyring(at.root, {"modelKeys": [IDENTITY_NOT_CANONICAL.hex()]})
    sealed = at.seal(header={"signer": IDENTITY_NOT_CANONICAL.hex()})
    anyone = at.key("anyone")
    forged = anyone.public + anyone.scalar.to_bytes(32, "little")
    yield at.fails(
        INVALID, "The keyring lists the neutral point, not canonically encoded.", replace(sealed, signature=forged)
    ).but(keyring=keyring.to_bytes())
    at = Bench("signature/key-not-a-point")
    text = (2).to_bytes(32, "little").hex()
    keyring = issue_keyring(at.root, {"modelKeys": [text]})
    yield at.refuses_header(
        INVALID, "The keyring lists 32 bytes that are no point.", at.seal(header={"signer": text})
    ).but(keyring=keyring.to_bytes())
    yield from _small_order_keys()


def _with_neutral_r(key: SigningKey, document: bytes) -> bytes:
    """S = k a, so that S B = 0 + k A."""
    message = envelope.signed_message(envelope.LABEL_MODEL, document, b"")
    k = int.from_bytes(hashlib.sha512(IDENTITY_NOT_CANONICAL + key.public + message).digest(), "little")
    return IDENTITY_NOT_CANONICAL + (k * key.scalar % GROUP_ORDER).to_bytes(32, "little")


def small_order_key(at: Bench, name: str = "1") -> SmallOrderKey:
    return SmallOrderKey(at.random("forger", 32), SMALL_ORDER[name])


def _small_order_keys() -> Iterator[Scenario]:
    """All forged so that a reader with OpenSSL's arithmetic, and nothing more, takes them."""
    for name, point in SMALL_ORDER.items():
        at = Bench(f"signature/key-of-order-{name}")
        keyring = issue_keyring(at.root, {"modelKeys": [point.hex()], "grantKeys": [at.root.public.hex()]})
        sealed = at.seal(signer=small_order_key(at, name))
        comment = f"The keyring lists a key of order {name[0]}, for which anyone can sign."
        made = at.fails(INVALID, comment, sealed) if name == "1" else at.refuses_header(INVALID, comment, sealed)
        yield made.but(keyring=keyring.to_bytes())
    at = Bench("signature/root-of-order-1")
    at.root = small_order_key(at)
    yield at.fails(INVALID, "The pinned root key is of order 1, the neutral point.", at.seal())
    at = Bench("signature/root-of-order-8")
    at.root = small_order_key(at, "8")
    yield at.refuses_header(INVALID, "The pinned root key is of order 8.", at.seal())
    at = Bench("signature/grant-key-of-order-1")
    forger = small_order_key(at)
    keyring = issue_keyring(at.root, {"modelKeys": [at.root.public.hex()], "grantKeys": [forger.public.hex()]})
    sealed = at.seal()
    made = at.fails(INVALID, "A grant by a listed key of order 1.", sealed, at.grant(sealed, signer=forger))
    yield made.but(keyring=keyring.to_bytes())
    at = Bench("signature/key-of-order-1-verify")
    keyring = issue_keyring(at.root, {"modelKeys": [SMALL_ORDER["1"].hex()]})
    made = at.verifies(INVALID, "Verifying refuses a key of order 1 too.", at.seal(signer=small_order_key(at)))
    yield made.but(keyring=keyring.to_bytes())
