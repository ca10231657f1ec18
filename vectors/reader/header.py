"""A sealed model's header, and the numbers and keys that follow from it."""

from dataclasses import dataclass

from . import limits
from .document import read_document
from .encoding import hkdf, lp, round_up, u16, u32
from .envelope import FIXED_LENGTH
from .fault import Fault, Malformed
from .members import Members, as_hex, as_integer, as_text, get

FORMAT = "strongroom-model/1-draft"
SUITE = "aes256gcm-sha256-ed25519"


@dataclass(frozen=True)
class Header:
    document: bytes
    model: bytes
    release: int
    publisher: bytes
    signer: bytes
    segment_size: int
    payload_length: int
    salt: bytes
    commitment: bytes
    tables: bytes

    @property
    def segment_count(self) -> int:
        return -(-self.payload_length // self.segment_size)

    @property
    def payload_offset(self) -> int:
        tables_end = FIXED_LENGTH + len(self.document) + 48 * self.segment_count
        return round_up(tables_end, limits.PAYLOAD_ALIGNMENT)

    def derive(self, content_key: bytes, label: str) -> bytes:
        """A key from the content key, bound to what the header says."""
        info = key_info(label, self.model, self.publisher, self.segment_size)
        return hkdf(content_key, self.salt, info)


def key_info(label: str, model: bytes, publisher: bytes, segment_size: int) -> bytes:
    return lp(label) + u16(1) + lp(FORMAT) + lp(SUITE) + model + publisher + u32(segment_size)


def read_header(document: bytes) -> Header:
    """Step 3 of reading."""
    members = read_document(document, FORMAT, "header-invalid")
    suite = members.get("suite")
    if not isinstance(suite, str):
        raise Fault("header-invalid", "suite is missing or not a string")
    if suite != SUITE:
        raise Fault("suite-unsupported")
    try:
        return _read_members(document, members)
    except Malformed as error:
        raise Fault("header-invalid", str(error)) from error


def _read_members(document: bytes, members: Members) -> Header:
    header = Header(
        document=document,
        model=as_hex(get(members, "model"), 16),
        release=as_integer(get(members, "release"), 0, limits.RELEASE_MOST),
        publisher=as_hex(get(members, "publisher"), 32),
        signer=as_hex(get(members, "signer"), 32),
        segment_size=as_integer(get(members, "segmentSize"), limits.SEGMENT_LEAST, limits.SEGMENT_MOST),
        payload_length=as_integer(get(members, "payloadLength"), limits.PAYLOAD_LEAST, limits.PAYLOAD_MOST),
        salt=as_hex(get(members, "salt"), 32),
        commitment=as_hex(get(members, "commitment"), 32),
        tables=as_hex(get(members, "tables"), 32),
    )
    if header.segment_size & (header.segment_size - 1):
        raise Malformed("segmentSize is not a power of two")
    if header.segment_count > limits.SEGMENTS_MOST:
        raise Malformed("too many segments")
    if "label" in members:
        as_text(members["label"], 0, limits.LABEL_MOST)
    return header
