"""Models and grants with two faults, from the grant on: the one that reading meets first must be found."""

from collections.abc import Iterator
from dataclasses import replace

from ..bench import Bench, Scenario
from ..keys import Recipient
from ..layout import Members
from .signature import flipped


def scenarios() -> Iterator[Scenario]:
    yield from _grant()
    yield from _payload()


def _grant() -> Iterator[Scenario]:
    past: Members = {"notAfter": "2030-01-01T00:00:00Z"}
    other_model: Members = {"model": "ab" * 16}
    at = Bench("order/grant-document-before-model")
    sealed = at.seal()
    grant = at.grant(sealed, other_model, terms={"serial": ""})
    yield at.fails("grant-invalid", "A malformed term in a grant for another model.", sealed, grant)
    at = Bench("order/grant-critical-before-members")
    sealed = at.seal()
    grant = at.grant(sealed, {"critical": ["x"], "terms": None})
    yield at.fails("critical-unknown", "An unknown critical member and malformed terms.", sealed, grant)
    at = Bench("order/grant-model-before-signer")
    sealed = at.seal()
    grant = at.grant(sealed, other_model, signer=at.key("other"))
    yield at.fails("grant-other-model", "For another model, by a key without rights.", sealed, grant)
    at = Bench("order/grant-signature-before-terms")
    sealed = at.seal()
    grant = replace(at.grant(sealed, terms=past), signature=bytes(64))
    yield at.fails("signature-invalid", "A broken signature in an expired grant.", sealed, grant)
    at = Bench("order/grant-expired-before-release")
    sealed = at.seal()
    grant = at.grant(sealed, terms={**past, "leastRelease": 9, "evidence": "x"})
    yield at.fails("grant-expired", "Expired, for a later release, with unknown evidence.", sealed, grant)
    at = Bench("order/grant-evidence-before-identity")
    sealed = at.seal()
    made = at.fails(
        "grant-evidence", "Unknown evidence and a wrong identity.", sealed, at.grant(sealed, terms={"evidence": "x"})
    )
    yield made.but(identity=[Recipient(at.random("other", 32)).identity])
    at = Bench("order/grant-identity-before-commitment")
    sealed = at.seal()
    made = at.fails(
        "identity-mismatch",
        "A wrong identity and a wrong content key.",
        sealed,
        at.grant(sealed, content_key=bytes(32)),
    )
    yield made.but(identity=[Recipient(at.random("other", 32)).identity])


def _payload() -> Iterator[Scenario]:
    at = Bench("order/commitment-before-segments")
    sealed = at.seal()
    sealed = sealed.with_tables(segments=[bytes(len(sealed.segments[0]))])
    yield at.fails(
        "commitment-mismatch",
        "A wrong content key and a broken segment.",
        sealed,
        at.grant(sealed, content_key=bytes(32)),
    )
    at = Bench("order/manifest-before-parts")
    sealed = at.seal([at.part("a", 4096)], manifest={"kind": "pickle"})
    sealed = sealed.with_tables(segments=[sealed.segments[0], bytes(4096)])
    yield at.fails("manifest-invalid", "A malformed manifest and a broken segment of a part.", sealed)
    at = Bench("order/manifest-critical-before-members")
    yield at.fails(
        "critical-unknown",
        "An unknown critical member and an unknown kind.",
        at.seal(manifest={"kind": "pickle", "critical": ["x"]}),
    )
    at = Bench("order/policy-before-parts")
    sealed = at.seal([at.part("a", 4096)], manifest={"policy": {"vault": True}})
    sealed = sealed.with_tables(segments=[sealed.segments[0], bytes(4096)])
    yield at.fails("policy-vault", "Only in a vault, and a broken segment of a part.", sealed)
    at = Bench("order/segments-in-order")
    sealed = at.seal([at.part("a", 8192)])
    segments = [sealed.segments[0], flipped(sealed.segments[1], 0), sealed.segments[2]]
    sealed = sealed.with_tables(segments=segments).redigested()
    sealed = sealed.with_tables(segments=[*segments[:2], bytes(4096)])
    yield at.fails("decryption-failed", "A segment that doesn't decrypt, before one without its digest.", sealed)
