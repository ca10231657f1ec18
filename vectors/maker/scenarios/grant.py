"""Grants that are something else, malformed, or for another model."""

from collections.abc import Iterator
from dataclasses import replace

from reader.encoding import sha256, u32
from reader.envelope import MAGIC_GRANT

from ..age_writer import filler
from ..bench import Bench, Scenario
from ..layout import Members

INVALID = "grant-invalid"
TERMS: Members = {"evidence": "none"}

MEMBERS: tuple[tuple[str, str, Members], ...] = (
    ("model-short", "`model` has 15 bytes.", {"model": "ab" * 15}),
    ("terms-array", "`terms` is an array.", {"terms": [TERMS]}),
    ("critical-empty", "`critical` is empty.", {"critical": []}),
)


def scenarios() -> Iterator[Scenario]:
    yield from _something_else()
    yield from _documents()
    yield from _other_models()


def _something_else() -> Iterator[Scenario]:
    for name, comment, code, data in (
        ("empty", "A grant of no bytes.", "not-a-grant", b""),
        ("age-file", "An age file without its envelope.", "not-a-grant", b"age-encryption.org/v1\n"),
        ("magic-only", "The magic alone.", INVALID, MAGIC_GRANT),
        ("length-1", "A document of 1 byte.", INVALID, MAGIC_GRANT + u32(1) + b"{" + bytes(100)),
        ("length-65537", "A document of 65,537 bytes.", INVALID, MAGIC_GRANT + u32(65_537) + bytes(100)),
    ):
        at = Bench(f"grant/{name}")
        yield at.fails(code, comment, at.seal(), data)
    at = Bench("grant/model-as-grant")
    sealed = at.seal()
    yield at.fails("not-a-grant", "The model where its grant belongs.", sealed, sealed.to_bytes()[:1000])
    at = Bench("grant/cut-in-document")
    sealed = at.seal()
    yield at.fails(INVALID, "A grant cut within its document.", sealed, at.grant(sealed).to_bytes()[:100])
    at = Bench("grant/cut-in-signature")
    sealed = at.seal()
    grant = at.grant(sealed)
    yield at.fails(
        INVALID, "A grant cut within its signature.", sealed, grant.to_bytes()[: 12 + len(grant.document) + 63]
    )
    at = Bench("grant/no-age-file")
    sealed = at.seal()
    yield at.fails(INVALID, "A signed grant that has no age file.", sealed, at.grant(sealed).signed(attachment=b""))
    at = Bench("grant/age-file-too-long")
    sealed = at.seal()
    grant = at.grant(sealed, stanzas=lambda key: [filler(at.to_recipient(key), 65_537), *at.to_recipient(key)])
    yield at.fails(INVALID, "A signed age file of 65,537 bytes.", sealed, grant)


def _documents() -> Iterator[Scenario]:
    for name in ("format", "header", "signer", "terms"):
        at = Bench(f"grant/{name}-missing")
        sealed = at.seal()
        yield at.fails(INVALID, f"`{name}` is missing.", sealed, at.grant(sealed).edited({}, drop=(name,)))
    for name, comment, members in MEMBERS:
        at = Bench(f"grant/{name}")
        sealed = at.seal()
        yield at.fails(INVALID, comment, sealed, at.grant(sealed, members))
    for name, comment, before, after in (
        ("duplicate", "`terms` twice, once with an escape.", b'"terms":', b'"term\\u0073":{},"terms":'),
        ("invalid-utf8", "A byte that UTF-8 never has.", b'"terms":', b'"x":"\xfe","terms":'),
    ):
        at = Bench(f"grant/{name}")
        sealed = at.seal()
        document = at.grant(sealed).document.replace(before, after)
        yield at.fails(INVALID, comment, sealed, at.grant(sealed, document=document))
    changes: tuple[tuple[str, str, str, Members], ...] = (
        ("format-later", "A later format.", "format-unsupported", {"format": "strongroom-grant/2"}),
        ("critical-unknown", "An unknown critical member.", "critical-unknown", {"x": 1, "critical": ["x"]}),
    )
    for name, comment, code, members in changes:
        at = Bench(f"grant/{name}")
        sealed = at.seal()
        yield at.fails(code, comment, sealed, at.grant(sealed, members))


def _other_models() -> Iterator[Scenario]:
    at = Bench("grant/other-seal")
    sealed, other = at.seal(), at.seal(label="other")
    yield at.fails("grant-other-model", "A grant for another seal of the model.", sealed, at.grant(other))
    at = Bench("grant/other-release")
    sealed, other = at.seal(header={"release": 1}), at.seal(header={"release": 2})
    yield at.fails("grant-other-model", "A grant for another release of the same payload.", sealed, at.grant(other))
    at = Bench("grant/other-model")
    sealed = at.seal()
    changed = at.grant(sealed, {"model": at.random("another model", 16).hex()})
    yield at.fails("grant-other-model", "The right header with another model's id.", sealed, changed)
    at = Bench("grant/other-publisher")
    sealed, other_key = at.seal(), at.key("other")
    changed = at.grant(sealed, {"publisher": other_key.public.hex()}, signer=other_key)
    made = at.fails("grant-other-model", "Granted by another publisher, who is pinned too.", sealed, changed)
    yield made.but(trust=[at.root.public.hex(), other_key.public.hex()])
    at = Bench("grant/signer-not-publisher")
    sealed = at.seal()
    grant = at.grant(sealed, signer=at.key("other"))
    yield at.fails("key-not-authorised", "Without a keyring only the root key may sign grants.", sealed, grant)
    at = Bench("grant/header-digest-without-label")
    sealed = at.seal()
    grant = at.grant(sealed, {"header": sha256(sealed.document).hex()})
    yield at.fails("grant-other-model", "`header` is a digest without its label.", sealed, grant)
    at = Bench("grant/signed-for-other-key")
    sealed = at.seal()
    grant = replace(at.grant(sealed), signer=at.key("other")).signed()
    yield at.fails("signature-invalid", "Signed by a key that isn't the signer named.", sealed, grant)
