"""A sealed model as a file: steps 1 to 7 of reading, and the segments with their digests."""

from dataclasses import dataclass

from . import envelope, signature
from .encoding import lp, sha256, u64
from .fault import Fault, Malformed
from .header import Header, read_header
from .trust import Rights, Trust


@dataclass(frozen=True)
class SealedFile:
    header: Header
    rights: Rights
    tags: list[bytes]
    digests: list[bytes]
    data: bytes

    def checked_segment(self, index: int) -> bytes:
        """The ciphertext of a segment that has its signed digest."""
        start = self.header.payload_offset + index * self.header.segment_size
        ciphertext = self.data[start : start + self.header.segment_size]
        if segment_digest(index, ciphertext, self.tags[index]) != self.digests[index]:
            raise Fault("segment-corrupt", f"segment {index}")
        return ciphertext


def segment_digest(index: int, ciphertext: bytes, tag: bytes) -> bytes:
    return sha256(lp("strongroom model segment"), u64(index), ciphertext, tag)


def tables_digest(tags: list[bytes], digests: list[bytes]) -> bytes:
    return sha256(lp("strongroom model tables"), u64(len(tags)), *tags, *digests)


def read_file(data: bytes, trust: Trust) -> SealedFile:
    """Everything that can be known without a key, but the segments."""
    parts = _read_envelope(data)
    header = read_header(parts.document)

    rights = trust.rights(header.publisher)
    rights.check_model_key(header.signer)
    message = envelope.signed_message(envelope.LABEL_MODEL, parts.document, b"")
    if not signature.verifies(header.signer, parts.signature, message):
        raise Fault("signature-invalid", "the header's")

    expected = header.payload_offset + header.payload_length
    if len(data) < expected:
        raise Fault("truncated", f"{len(data)} of {expected} bytes")
    if len(data) > expected:
        raise Fault("trailing-data", f"{len(data)} instead of {expected} bytes")

    count = header.segment_count
    tags = [parts.rest[16 * i : 16 * (i + 1)] for i in range(count)]
    hashed = parts.rest[16 * count : 48 * count]
    digests = [hashed[32 * i : 32 * (i + 1)] for i in range(count)]
    if tables_digest(tags, digests) != header.tables:
        raise Fault("tables-corrupt", "the tables' digest")
    tables_end = envelope.FIXED_LENGTH + len(parts.document) + 48 * count
    if any(data[tables_end : header.payload_offset]):
        raise Fault("tables-corrupt", "padding")
    return SealedFile(header, rights, tags, digests, data)


def _read_envelope(data: bytes) -> envelope.Envelope:
    """Steps 1 and 2."""
    if not envelope.has_magic(data, envelope.MAGIC_MODEL):
        raise Fault("not-sealed-model")
    if len(data) < 12:
        raise Fault("truncated", "before the header's length")
    try:
        length = envelope.document_length(data)
    except Malformed as error:
        raise Fault("header-invalid", str(error)) from error
    try:
        return envelope.split(data, length)
    except Malformed as error:
        raise Fault("truncated", str(error)) from error
