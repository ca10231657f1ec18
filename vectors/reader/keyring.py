"""A publisher's keyring: which keys may sign what, and until when."""

from dataclasses import dataclass
from datetime import datetime

from . import envelope, limits, signature
from .document import read_document
from .fault import Fault, Malformed
from .members import as_array, as_hex, as_integer, as_time, get

FORMAT = "strongroom-keyring/1-draft"


@dataclass(frozen=True)
class Keyring:
    version: int
    expires: datetime
    model_keys: list[bytes]
    grant_keys: list[bytes]
    revoked: list[bytes]


def _keys(value: object) -> list[bytes]:
    return [as_hex(key, 32) for key in as_array(value, limits.KEYS_MOST)]


def read_keyring(data: bytes, publisher: bytes) -> Keyring:
    """The keyring in `data`, signed by `publisher`; whatever is wrong is `keyring-invalid`."""
    try:
        return _read(data, publisher)
    except (Fault, Malformed) as error:
        raise Fault("keyring-invalid", str(error)) from error


def _read(data: bytes, publisher: bytes) -> Keyring:
    if not envelope.has_magic(data, envelope.MAGIC_KEYRING):
        raise Malformed("not a keyring")
    parts = envelope.split(data, envelope.document_length(data))
    if parts.rest:
        raise Malformed("bytes after the signature")
    members = read_document(parts.document, FORMAT, "keyring-invalid")
    keyring = Keyring(
        version=as_integer(get(members, "version"), 1),
        expires=as_time(get(members, "expires")),
        model_keys=_keys(get(members, "modelKeys")),
        grant_keys=_keys(get(members, "grantKeys")),
        revoked=_keys(get(members, "revoked")),
    )
    if as_hex(get(members, "publisher"), 32) != publisher:
        raise Malformed("a keyring of another publisher")
    message = envelope.signed_message(envelope.LABEL_KEYRING, parts.document, b"")
    if not signature.verifies(publisher, parts.signature, message):
        raise Malformed("not signed by the root key")
    return keyring
