"""Grants that open: whom age may wrap for, and what the recipient may offer."""

from collections.abc import Iterator

from ..age_writer import filler, grease, scrypt_stanza
from ..bench import Bench, Scenario
from ..keys import Recipient


def scenarios() -> Iterator[Scenario]:
    at = Bench("good/two-recipients")
    sealed, other = at.seal(), Recipient(at.random("other", 32))
    grant = at.grant(sealed, stanzas=lambda key: [at.stanza(key, other), at.stanza(key, at.recipient)])
    yield at.opens("An age file with two X25519 stanzas, opened with the second.", sealed, grant)
    at = Bench("good/unknown-stanza")
    sealed = at.seal()
    yield at.opens(
        "An age file whose first stanza is of an unknown kind.",
        sealed,
        at.grant(sealed, stanzas=lambda key: [grease(48), *at.to_recipient(key)]),
    )
    at = Bench("good/age-file-longest")
    sealed = at.seal()
    yield at.opens(
        "An age file of 65,536 bytes.",
        sealed,
        at.grant(sealed, stanzas=lambda key: [filler(at.to_recipient(key), 65_536), *at.to_recipient(key)]),
    )
    at = Bench("good/two-identities")
    other = Recipient(at.random("other", 32))
    yield at.opens("Two identities are offered; the second opens the grant.", at.seal()).but(
        identity=[other.identity, at.recipient.identity]
    )
    at = Bench("good/passphrase")
    sealed, phrase = at.seal(), "correct horse — батарея"
    grant = at.grant(sealed, stanzas=lambda key: [scrypt_stanza(key, phrase, at.random("salt", 16))])
    yield at.opens("A grant for a passphrase with letters outside ASCII.", sealed, grant).but(
        identity=[], passphrase=phrase
    )
    at = Bench("good/grant-unknown-members")
    sealed = at.seal()
    yield at.opens(
        "Unknown members of a grant and of its terms are ignored.",
        sealed,
        at.grant(sealed, {"x": [1]}, terms={"y": {"z": None}, "features": ["a", "é"], "serial": "0001"}),
    )
    at = Bench("good/two-pins")
    yield at.opens("Two publishers are pinned; the model is the second's.", at.seal()).but(
        trust=[at.key("other").public.hex(), at.root.public.hex()]
    )
