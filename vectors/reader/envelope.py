"""The signed envelope that a sealed model, a grant and a keyring begin with."""

from dataclasses import dataclass

from . import limits
from .encoding import lp, u16, u64
from .fault import Malformed

MAGIC_MODEL = b"\x93SRM\r\n\x1a\n"
MAGIC_GRANT = b"\x93SRG\r\n\x1a\n"
MAGIC_KEYRING = b"\x93SRK\r\n\x1a\n"

LABEL_MODEL = "strongroom model header"
LABEL_GRANT = "strongroom grant"
LABEL_KEYRING = "strongroom keyring"

FIXED_LENGTH = 76
"""Magic, length and signature: an envelope without its document."""


def signed_message(label: str, document: bytes, attachment: bytes) -> bytes:
    return lp(label) + u16(1) + u64(len(document)) + document + u64(len(attachment)) + attachment


def has_magic(data: bytes, magic: bytes) -> bool:
    return data[:8] == magic


def document_length(data: bytes) -> int:
    """L, when the file has it and it is within limits."""
    if len(data) < 12:
        raise Malformed("shorter than magic and length")
    length = int.from_bytes(data[8:12], "little")
    if not limits.DOCUMENT_LEAST <= length <= limits.DOCUMENT_MOST:
        raise Malformed("the document's length is out of limits")
    return length


@dataclass(frozen=True)
class Envelope:
    document: bytes
    signature: bytes
    rest: bytes
    """What follows: a grant's attachment, a model's tables and payload."""


def split(data: bytes, length: int) -> Envelope:
    """Cuts an envelope whose document has `length` bytes."""
    if len(data) < FIXED_LENGTH + length:
        raise Malformed("shorter than its envelope")
    return Envelope(data[12 : 12 + length], data[12 + length : 76 + length], data[76 + length :])
