"""Age files that are malformed, well signed by the grant."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from reader.age_header import Stanza

from ..bench import Bench, Scenario
from .age import INVALID


def scenarios() -> Iterator[Scenario]:
    yield from _headers()
    yield from _payloads()
    yield from _stanzas()


def _changed(name: str, comment: str, change: Callable[[bytes], bytes]) -> Scenario:
    """A grant whose age file is changed and signed again."""
    at = Bench(f"age/{name}")
    sealed = at.seal()
    grant = at.grant(sealed)
    changed = change(grant.attachment)
    assert changed != grant.attachment
    return at.fails(INVALID, comment, sealed, grant.signed(attachment=changed))


def _headers() -> Iterator[Scenario]:
    yield _changed("garbage", "Bytes that are no age file.", lambda age: b"\0" * len(age))
    yield _changed("version-2", "Version 2 of age.", lambda age: age.replace(b"org/v1", b"org/v2"))
    yield _changed("armoured", "An armoured age file.", _armoured)
    yield _changed("cr-lf", "CR LF in age's header.", lambda age: age.replace(b"\n", b"\r\n", 3))
    yield _changed("no-stanzas", "No stanza.", lambda age: age[:22] + age[age.index(b"---") :])
    yield _changed("no-mac", "Cut before the MAC.", lambda age: age[: age.index(b"---")])
    yield _changed("mac-flipped", "A letter of the MAC is changed.", with_other_mac)
    yield _changed("share-padded", "Padded base64 in a stanza.", _padded)
    yield _changed(
        "stanza-unknown-added",
        "A stanza added behind the MAC's back.",
        lambda age: age.replace(b"---", b"-> x\n\n---", 1),
    )


def _armoured(age: bytes) -> bytes:
    import base64

    text = base64.b64encode(age)
    lines = [text[i : i + 64] for i in range(0, len(text), 64)]
    return b"\n".join([b"-----BEGIN AGE ENCRYPTED FILE-----", *lines, b"-----END AGE ENCRYPTED FILE-----", b""])


def with_other_mac(age: bytes) -> bytes:
    place = age.index(b"---") + 4
    return age[:place] + (b"B" if age[place : place + 1] == b"A" else b"A") + age[place + 1 :]


def _padded(age: bytes) -> bytes:
    end = age.index(b"\n", age.index(b"-> X25519"))
    return age[:end] + b"=" + age[end:]


def _payloads() -> Iterator[Scenario]:
    yield _changed("payload-missing", "age's header without a payload.", lambda age: age[: -(16 + 104 + 16)])
    yield _changed("payload-cut", "age's payload lacks its last byte.", lambda age: age[:-1])
    yield _changed("payload-longer", "A byte after age's payload.", lambda age: age + b"\0")
    yield _changed(
        "payload-flipped",
        "A bit of age's payload is flipped.",
        lambda age: age[:-60] + bytes([age[-60] ^ 1]) + age[-59:],
    )


def _stanzas() -> Iterator[Scenario]:
    changes: tuple[tuple[str, str, Callable[[Stanza], Stanza]], ...] = (
        (
            "share-zero",
            "An X25519 share that is zero: the shared secret is too.",
            lambda it: replace(it, arguments=["A" * 43]),
        ),
        ("wrapped-key-short", "A wrapped file key of 31 bytes.", lambda it: replace(it, body=it.body[:-1])),
    )
    for name, comment, change in changes:
        at = Bench(f"age/{name}")
        sealed = at.seal()
        grant = at.grant(sealed, stanzas=lambda key: [change(stanza) for stanza in at.to_recipient(key)])
        yield at.fails(INVALID, comment, sealed, grant)
