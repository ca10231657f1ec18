"""What a grant wraps with age: wrong identities and passphrases, and wrong wrapped bytes."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from reader.age_header import Stanza

from ..age_writer import grease, scrypt_stanza
from ..bench import Bench, Scenario
from ..keys import Recipient

INVALID = "grant-invalid"
PHRASE = "open sesame"


def scenarios() -> Iterator[Scenario]:
    yield from _identities()
    yield from _passphrases()
    yield from _wrapped()


def _identities() -> Iterator[Scenario]:
    at = Bench("age/identity-wrong")
    other = Recipient(at.random("other", 32))
    made = at.fails("identity-mismatch", "The identity of somebody else.", at.seal())
    yield made.but(identity=[other.identity])
    at = Bench("age/only-unknown-stanzas")
    sealed = at.seal()
    grant = at.grant(sealed, stanzas=lambda key: [grease(32), grease(0)])
    yield at.fails("identity-mismatch", "An age file with stanzas of unknown kinds only.", sealed, grant)
    at = Bench("age/passphrase-for-x25519")
    made = at.fails("identity-mismatch", "A passphrase for a grant for an X25519 identity.", at.seal())
    yield made.but(identity=[], passphrase=PHRASE)
    at = Bench("age/identity-checksum")
    made = at.fails("identity-invalid", "The identity's checksum is wrong.", at.seal())
    wrong = at.recipient.identity[:-1] + ("Q" if at.recipient.identity[-1] != "Q" else "P")
    yield made.but(identity=[wrong])
    at = Bench("age/identity-before-files")
    made = at.fails(
        "identity-invalid", "An identity that isn't one is found before an empty file.", at.seal(), body=b""
    )
    yield made.but(identity=["AGE-SECRET-KEY-1"])


def _passphrases() -> Iterator[Scenario]:
    for name, comment, code, phrase in (
        ("passphrase-wrong", "Another passphrase.", "passphrase-wrong", "open barley"),
        ("identity-for-passphrase", "An X25519 identity for a grant for a passphrase.", "identity-mismatch", None),
    ):
        at = Bench(f"age/{name}")
        sealed = at.seal()
        grant = at.grant(sealed, stanzas=lambda key: [scrypt_stanza(key, PHRASE, at.random("salt", 16))])
        made = at.fails(code, comment, sealed, grant)
        yield made.but(identity=[], passphrase=phrase) if phrase else made
    at = Bench("age/scrypt-beside-others")
    sealed = at.seal()
    grant = at.grant(
        sealed, stanzas=lambda key: [scrypt_stanza(key, PHRASE, at.random("salt", 16)), *at.to_recipient(key)]
    )
    made = at.fails(INVALID, "A passphrase's stanza must be alone; here is one for X25519 too.", sealed, grant)
    yield made.but(identity=[], passphrase=PHRASE)
    at = Bench("age/scrypt-after-x25519")
    sealed = at.seal()
    grant = at.grant(
        sealed, stanzas=lambda key: [*at.to_recipient(key), scrypt_stanza(key, PHRASE, at.random("salt", 16))]
    )
    yield at.fails(INVALID, "A passphrase's stanza after that of the identity offered.", sealed, grant)
    at = Bench("age/scrypt-beside-unknown")
    sealed = at.seal()
    grant = at.grant(sealed, stanzas=lambda key: [grease(5), scrypt_stanza(key, PHRASE, at.random("salt", 16))])
    made = at.fails(INVALID, "A passphrase's stanza beside one of an unknown kind.", sealed, grant)
    yield made.but(identity=[], passphrase=PHRASE)
    yield from _work_factors()


def _work_factors() -> Iterator[Scenario]:
    at = Bench("age/scrypt-work-factor-1")
    sealed = at.seal()
    grant = at.grant(sealed, stanzas=lambda key: [scrypt_stanza(key, PHRASE, at.random("salt", 16), 1)])
    yield at.opens("The least work factor, 2^1.", sealed, grant).but(identity=[], passphrase=PHRASE)
    for name, comment, factor in (
        ("scrypt-work-factor", "A work factor of 2^63.", "63"),
        ("scrypt-work-factor-21", "A work factor of 2^21, one over the limit.", "21"),
        ("scrypt-work-factor-0", "A work factor of 2^0.", "0"),
    ):
        at = Bench(f"age/{name}")
        sealed = at.seal()
        grant = at.grant(
            sealed, stanzas=lambda key: [with_factor(scrypt_stanza(key, PHRASE, at.random("salt", 16)), factor)]
        )
        yield at.fails(INVALID, comment, sealed, grant).but(identity=[], passphrase=PHRASE)


def with_factor(stanza: Stanza, factor: str) -> Stanza:
    return replace(stanza, arguments=[stanza.arguments[0], factor])


def _wrapped() -> Iterator[Scenario]:
    changes: tuple[tuple[str, str, Callable[[bytes], bytes]], ...] = (
        ("wrapped-103-bytes", "age wraps 103 bytes.", lambda payload: payload[:-1]),
        ("wrapped-105-bytes", "age wraps 105 bytes.", lambda payload: payload + b"\0"),
        ("wrapped-magic", "The wrapped bytes begin with `SRGRANT2`.", lambda payload: b"SRGRANT2" + payload[8:]),
        (
            "wrapped-digest-flipped",
            "A bit of the wrapped digest is flipped.",
            lambda payload: payload[:-1] + bytes([payload[-1] ^ 0x80]),
        ),
    )
    for name, comment, change in changes:
        at = Bench(f"age/{name}")
        sealed = at.seal()
        yield at.fails(INVALID, comment, sealed, at.grant(sealed, wrapped=change))
    for cache, expect in (("sealed", INVALID), ("off", "success")):
        at = Bench(f"age/recipient-secret-zero-{cache}")
        sealed = at.seal()
        grant = at.grant(sealed, wrapped=lambda payload: payload[:40] + bytes(32) + payload[72:])
        comment = f"The recipient secret is zeros, for the cache policy {cache}."
        found = at.opens(comment, sealed, grant) if expect == "success" else at.fails(expect, comment, sealed, grant)
        yield found.but(cache=cache)
    at = Bench("age/wrapped-for-other-terms")
    sealed = at.seal()
    strict = at.grant(sealed, terms={"notAfter": "2030-01-01T00:00:00Z"})
    loose = at.grant(sealed).signed(attachment=strict.attachment)
    yield at.fails(INVALID, "The age file of one grant, signed with the terms of another.", sealed, loose)
