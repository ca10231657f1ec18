"""A grant: steps 1 to 8 of spec/grant.md, from its bytes to the content key."""

from dataclasses import dataclass
from datetime import datetime

from . import age, envelope, limits, signature
from .document import read_document
from .encoding import lp, sha256
from .fault import Fault, Malformed
from .header import Header
from .members import Members, as_array, as_hex, as_integer, as_object, as_text, as_time, get
from .trust import Rights

FORMAT = "strongroom-grant/1-draft"
PAYLOAD_MAGIC = b"SRGRANT1"
PAYLOAD_LENGTH = 104


@dataclass(frozen=True)
class Grant:
    model: bytes
    header: bytes
    publisher: bytes
    signer: bytes
    not_before: datetime | None
    not_after: datetime | None
    least_release: int
    evidence: str


def header_digest(document: bytes) -> bytes:
    return sha256(lp("strongroom model header"), document)


def document_digest(document: bytes) -> bytes:
    return sha256(lp("strongroom grant document"), document)


def open_grant(
    data: bytes, header: Header, rights: Rights, identities: age.Identities, now: datetime, sealed: bool
) -> bytes:
    """The content key for the model of `header`; `sealed` says whether artifacts are to be sealed."""
    if not envelope.has_magic(data, envelope.MAGIC_GRANT):
        raise Fault("not-a-grant")
    try:
        parts = envelope.split(data, envelope.document_length(data))
        if not 1 <= len(parts.rest) <= limits.AGE_FILE_MOST:
            raise Malformed("the age file's length")
        grant = _read_members(read_document(parts.document, FORMAT, "grant-invalid"))
    except Malformed as error:
        raise Fault("grant-invalid", str(error)) from error

    expected = (header.publisher, header.model, header_digest(header.document))
    if (grant.publisher, grant.model, grant.header) != expected:
        raise Fault("grant-other-model")
    rights.check_grant_key(grant.signer)
    message = envelope.signed_message(envelope.LABEL_GRANT, parts.document, parts.rest)
    if not signature.verifies(grant.signer, parts.signature, message):
        raise Fault("signature-invalid", "the grant's")
    _check_terms(grant, header, now)
    try:
        payload = age.decrypt(parts.rest, identities)
        content_key = _content_key(payload, parts.document)
        if sealed and payload[40:72] == bytes(32):
            raise Malformed("no recipient secret")
        return content_key
    except Malformed as error:
        raise Fault("grant-invalid", str(error)) from error


def _read_members(members: Members) -> Grant:
    terms = as_object(get(members, "terms"))
    if "features" in terms:
        for feature in as_array(terms["features"], limits.FEATURES_MOST):
            as_text(feature, 1, limits.TERM_TEXT_MOST)
    if "serial" in terms:
        as_text(terms["serial"], 1, limits.TERM_TEXT_MOST)
    return Grant(
        model=as_hex(get(members, "model"), 16),
        header=as_hex(get(members, "header"), 32),
        publisher=as_hex(get(members, "publisher"), 32),
        signer=as_hex(get(members, "signer"), 32),
        not_before=as_time(terms["notBefore"]) if "notBefore" in terms else None,
        not_after=as_time(terms["notAfter"]) if "notAfter" in terms else None,
        least_release=as_integer(terms.get("leastRelease", 0), 0),
        evidence=as_text(get(terms, "evidence"), 0, limits.DOCUMENT_MOST),
    )


def _check_terms(grant: Grant, header: Header, now: datetime) -> None:
    if grant.not_before is not None and now < grant.not_before:
        raise Fault("grant-not-yet-valid")
    if grant.not_after is not None and now >= grant.not_after:
        raise Fault("grant-expired")
    if header.release < grant.least_release:
        raise Fault("grant-release")
    if grant.evidence != "none":
        raise Fault("grant-evidence")


def _content_key(payload: bytes, document: bytes) -> bytes:
    if len(payload) != PAYLOAD_LENGTH or payload[:8] != PAYLOAD_MAGIC:
        raise Malformed("the wrapped bytes' length or magic")
    if payload[72:] != document_digest(document):
        raise Malformed("wrapped for another document")
    return payload[8:40]
