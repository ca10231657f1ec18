"""Signatures of headers and grants that must not verify; odd points have a module of their own."""

from collections.abc import Iterator
from dataclasses import replace

from reader import envelope
from reader.signature import GROUP_ORDER

from ..bench import Bench, Scenario

INVALID = "signature-invalid"


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def high(signature: bytes) -> bytes:
    """S + L: the same signature to a reader that doesn't compare S with the group order."""
    return signature[:32] + (int.from_bytes(signature[32:], "little") + GROUP_ORDER).to_bytes(32, "little")


def scenarios() -> Iterator[Scenario]:
    for bit in (0, 255, 256, 511):
        at = Bench(f"signature/bit-{bit}")
        sealed = at.seal()
        changed = replace(sealed, signature=flipped(sealed.signature, bit))
        yield at.refuses_header(INVALID, f"Bit {bit} of the header's signature is flipped.", changed)
    at = Bench("signature/header-changed")
    sealed = at.seal(header={"label": "a"})
    text = sealed.document.replace(b'"label":"a"', b'"label":"b"')
    yield at.refuses_header(INVALID, "The label was changed after signing.", replace(sealed, document=text))
    at = Bench("signature/white-space-changed")
    sealed = at.seal()
    yield at.refuses_header(
        INVALID, "The header's bytes were changed, not its meaning.", replace(sealed, document=sealed.document + b" ")
    )
    at = Bench("signature/verify")
    sealed = at.seal()
    yield at.verifies(
        INVALID,
        "Verifying without a key checks the signature.",
        replace(sealed, signature=flipped(sealed.signature, 100)),
    )
    at = Bench("signature/zero")
    yield at.refuses_header(INVALID, "A signature of zero bytes.", replace(at.seal(), signature=bytes(64)))
    at = Bench("signature/other-key")
    sealed = at.seal()
    yield at.refuses_header(
        INVALID, "Signed by a key that isn't the signer named.", sealed.signed(sealed.document, signer=at.key("other"))
    )
    yield from _labels()
    yield from _grants()


def _labels() -> Iterator[Scenario]:
    at = Bench("signature/header-as-grant")
    sealed = at.seal()
    yield at.refuses_header(
        INVALID, "A header signed as a grant is.", sealed.signed(sealed.document, envelope.LABEL_GRANT)
    )
    at = Bench("signature/header-as-keyring")
    sealed = at.seal()
    yield at.refuses_header(
        INVALID, "A header signed as a keyring is.", sealed.signed(sealed.document, envelope.LABEL_KEYRING)
    )
    at = Bench("signature/header-alone")
    sealed = at.seal()
    changed = replace(sealed, signature=at.root.sign(sealed.document))
    yield at.refuses_header(INVALID, "A signature over the document alone.", changed)
    at = Bench("signature/grant-as-header")
    sealed = at.seal()
    yield at.fails(
        INVALID, "A grant signed as a header is.", sealed, at.grant(sealed).signed(label=envelope.LABEL_MODEL)
    )
    at = Bench("signature/grant-without-attachment")
    sealed = at.seal()
    grant = at.grant(sealed)
    unsigned = replace(grant.signed(attachment=b""), attachment=grant.attachment)
    yield at.fails(INVALID, "A grant whose signature doesn't cover its age file.", sealed, unsigned)


def _grants() -> Iterator[Scenario]:
    at = Bench("signature/grant-bit")
    sealed = at.seal()
    grant = at.grant(sealed)
    yield at.fails(
        INVALID,
        "A bit of the grant's signature is flipped.",
        sealed,
        replace(grant, signature=flipped(grant.signature, 77)),
    )
    at = Bench("signature/grant-high-s")
    sealed = at.seal()
    grant = at.grant(sealed)
    yield at.fails(
        INVALID,
        "S of the grant's signature is not below the group order.",
        sealed,
        replace(grant, signature=high(grant.signature)),
    )
    at = Bench("signature/grant-terms-changed")
    sealed = at.seal()
    grant = at.grant(sealed, terms={"notAfter": "2030-01-01T00:00:00Z"})
    later = grant.document.replace(b"2030-01", b"2099-01")
    yield at.fails(INVALID, "The terms were changed after signing.", sealed, replace(grant, document=later))
    at = Bench("signature/grant-trailing-byte")
    sealed = at.seal()
    grant = at.grant(sealed)
    yield at.fails(INVALID, "A byte after the age file.", sealed, replace(grant, attachment=grant.attachment + b"\0"))
    at = Bench("signature/grant-age-swapped")
    sealed = at.seal()
    other = at.grant(sealed, terms={"serial": "2"})
    yield at.fails(
        INVALID, "The age file of another grant.", sealed, replace(at.grant(sealed), attachment=other.attachment)
    )
