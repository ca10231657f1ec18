"""Keyrings that are malformed or not signed by their root key."""

from collections.abc import Iterator
from dataclasses import replace

from reader import envelope
from reader.encoding import u32

from ..bench import Scenario
from ..issue import issue_keyring
from ..layout import Members
from .keyring import KeyringBench
from .signature import flipped, high
from .signature_points import small_order_key

INVALID = "keyring-invalid"


def scenarios() -> Iterator[Scenario]:
    yield from _envelopes()
    yield from _members()


def _envelopes() -> Iterator[Scenario]:
    at = KeyringBench("keyring/empty")
    yield at.keyed_header(INVALID, "A keyring of no bytes.", b"")
    at = KeyringBench("keyring/magic")
    keyring = at.keyring().to_bytes()
    yield at.keyed_header(INVALID, "A grant's magic.", keyring.replace(envelope.MAGIC_KEYRING, envelope.MAGIC_GRANT))
    at = KeyringBench("keyring/cut")
    yield at.keyed_header(INVALID, "A keyring that lacks its last byte.", at.keyring().to_bytes()[:-1])
    at = KeyringBench("keyring/trailing-byte")
    yield at.keyed_header(INVALID, "A byte after the signature.", at.keyring().to_bytes() + b"\0")
    at = KeyringBench("keyring/signed-attachment")
    yield at.keyed_header(INVALID, "A signed attachment.", at.keyring().signed(attachment=b"\0"))
    at = KeyringBench("keyring/length-65537")
    keyring = at.keyring().to_bytes()
    long = keyring[:8] + u32(65_537) + keyring[12:]
    yield at.keyed_header(INVALID, "A document's length out of limits.", long)
    at = KeyringBench("keyring/signature-bit")
    keyring_parts = at.keyring()
    yield at.keyed(
        INVALID,
        "A bit of the signature is flipped.",
        replace(keyring_parts, signature=flipped(keyring_parts.signature, 9)),
    )
    at = KeyringBench("keyring/high-s")
    keyring_parts = at.keyring()
    yield at.keyed(
        INVALID, "S is not below the group order.", replace(keyring_parts, signature=high(keyring_parts.signature))
    )
    at = KeyringBench("keyring/document-bit")
    keyring_parts = at.keyring({"x": "a"})
    text = keyring_parts.document.replace(b'"x":"a"', b'"x":"c"')
    yield at.keyed_header(INVALID, "A bit of the document is flipped.", replace(keyring_parts, document=text))
    at = KeyringBench("keyring/signed-as-header")
    yield at.keyed_header(INVALID, "A keyring signed as a header is.", at.keyring().signed(label=envelope.LABEL_MODEL))
    at = KeyringBench("keyring/signed-by-model-key")
    yield at.keyed_header(INVALID, "Signed by a listed key, not by the root key.", at.keyring().signed_by(at.model_key))
    at = KeyringBench("keyring/other-publisher")
    other = issue_keyring(at.key("other"), {"modelKeys": [at.model_hex], "grantKeys": [at.grant_hex]})
    yield at.keyed_header(INVALID, "A good keyring of another publisher.", other)
    at = KeyringBench("keyring/other-publisher-named")
    changed = at.keyring({"publisher": at.key("other").public.hex()})
    yield at.keyed_header(INVALID, "Signed by this root key, in another's name.", changed)
    at = KeyringBench("keyring/root-of-order-1")
    at.root = small_order_key(at)
    yield at.keyed(INVALID, "Signed by the pinned root key, which is of order 1.", at.keyring())


def _members() -> Iterator[Scenario]:
    for name in ("format", "publisher", "version", "expires", "modelKeys", "grantKeys", "revoked"):
        at = KeyringBench(f"keyring/{name}-missing")
        yield at.keyed_header(INVALID, f"`{name}` is missing.", at.keyring().edited({}, drop=(name,)))
    changes: tuple[tuple[str, str, Members], ...] = (
        ("format-unknown", "A later format.", {"format": "strongroom-keyring/2"}),
        ("version-0", "Version 0.", {"version": 0}),
        ("version-text", "A version in a string.", {"version": "3"}),
        ("expires-day", "The 29th of February in a common year.", {"expires": "2031-02-29T00:00:00Z"}),
        ("expires-offset", "A time with an offset instead of Z.", {"expires": "2031-01-01T00:00:00+00:00"}),
        ("expires-fraction", "A time with a fraction of a second.", {"expires": "2031-01-01T00:00:00.000Z"}),
        ("expires-lower-case", "A time in lower case.", {"expires": "2031-01-01t00:00:00z"}),
        ("expires-space", "A time with a space.", {"expires": "2031-01-01 00:00:00Z"}),
        ("expires-line-feed", "A time with a line feed after it.", {"expires": "2031-01-01T00:00:00Z\n"}),
        ("expires-month-13", "The thirteenth month.", {"expires": "2031-13-01T00:00:00Z"}),
        ("expires-month-0", "Month 0.", {"expires": "2031-00-01T00:00:00Z"}),
        ("expires-leap-day-2100", "The 29th of February 2100.", {"expires": "2100-02-29T00:00:00Z"}),
        ("expires-hour-24", "Hour 24.", {"expires": "2031-01-01T24:00:00Z"}),
        ("expires-year-10000", "A year of five digits.", {"expires": "10000-01-01T00:00:00Z"}),
        ("expires-other-digits", "Digits that are not ASCII.", {"expires": "２０３１-01-01T00:00:00Z"}),
        ("critical-unknown", "An unknown critical member.", {"x": 1, "critical": ["x"]}),
        ("critical-empty", "`critical` is empty.", {"critical": []}),
        ("key-upper-case", "A revoked key in upper case.", {"revoked": ["AB" * 32]}),
        ("key-short", "A grant key of 31 bytes.", {"grantKeys": ["ab" * 31]}),
        ("keys-object", "`modelKeys` is an object.", {"modelKeys": {}}),
        ("257-keys", "A list of 257 keys.", {"revoked": ["ab" * 32] * 257}),
    )
    for name, comment, members in changes:
        at = KeyringBench(f"keyring/{name}")
        yield at.keyed_header(INVALID, comment, at.keyring(members))
    at = KeyringBench("keyring/duplicate-member")
    text = at.keyring().document.replace(b'"revoked":[]', b'"revoked":[],"revoke\\u0064":[]')
    yield at.keyed_header(INVALID, "`revoked` twice, once with an escape.", at.keyring().signed(text))
