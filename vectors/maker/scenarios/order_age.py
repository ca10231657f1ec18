"""Age files with two faults: the form of every stanza comes first, then who opens one, then the MAC."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from reader.age_header import Stanza

from ..age_writer import scrypt_stanza
from ..bench import Bench, Scenario
from ..keys import Recipient
from .age import INVALID, PHRASE, with_factor
from .age_malformed import with_other_mac

MISMATCH = "identity-mismatch"
OTHER = "somebody else's identity"

Wraps = Callable[[Bench, bytes], list[Stanza]]


def _none(at: Bench, key: bytes) -> list[Stanza]:
    return []


def _mine(at: Bench, key: bytes) -> list[Stanza]:
    return at.to_recipient(key)


def _cut(at: Bench, key: bytes) -> list[Stanza]:
    return [replace(stanza, body=stanza.body[:-1]) for stanza in at.to_recipient(key)]


def _zero_share(at: Bench, key: bytes) -> list[Stanza]:
    return [replace(stanza, arguments=["A" * 43]) for stanza in at.to_recipient(key)]


def _phrase(at: Bench, key: bytes) -> list[Stanza]:
    return [scrypt_stanza(key, PHRASE, at.random("salt", 16))]


def _phrase_21(at: Bench, key: bytes) -> list[Stanza]:
    return [with_factor(stanza, "21") for stanza in _phrase(at, key)]


def _mine_then_cut(at: Bench, key: bytes) -> list[Stanza]:
    return [*_mine(at, key), *_cut(at, key)]


def _phrase_then_other(at: Bench, key: bytes) -> list[Stanza]:
    return [*_phrase(at, key), at.stanza(key, Recipient(at.random("third", 32)))]


AGE: tuple[tuple[str, str, str, Wraps, str | None], ...] = (
    ("form-before-identity", INVALID, "A wrapped key of 31 bytes, and a wrong identity.", _cut, OTHER),
    ("form-of-all-stanzas", INVALID, "One stanza opens, the next is malformed.", _mine_then_cut, None),
    ("no-stanza-before-passphrase", INVALID, "No stanza at all, and a passphrase is offered.", _none, PHRASE),
    ("factor-before-identity", INVALID, "A work factor of 2^21, and an identity is offered.", _phrase_21, OTHER),
    ("factor-before-passphrase", INVALID, "A work factor of 2^21, and a wrong passphrase.", _phrase_21, "no"),
    ("alone-before-identity", INVALID, "A passphrase's stanza isn't alone.", _phrase_then_other, OTHER),
    ("passphrase-before-share", MISMATCH, "A passphrase is offered, and the share is zero.", _zero_share, PHRASE),
    ("identity-before-mac", MISMATCH, "A wrong identity, and a broken MAC.", _mine, OTHER),
    ("passphrase-before-mac", "passphrase-wrong", "A wrong passphrase, and a broken MAC.", _phrase, "no"),
)
"""Stanzas, and what is offered instead of the identity that they are for."""


def scenarios() -> Iterator[Scenario]:
    for name, code, comment, wraps, offered in AGE:
        at = Bench(f"order/age-{name}")
        sealed = at.seal()
        grant = at.grant(sealed, stanzas=partial(wraps, at))
        if "-mac" in name:
            grant = grant.signed(attachment=with_other_mac(grant.attachment))
        made = at.fails(code, comment, sealed, grant)
        if offered == OTHER:
            yield made.but(identity=[Recipient(at.random("other", 32)).identity])
        else:
            yield made if offered is None else made.but(identity=[], passphrase=offered)
