"""As much of Brotli (RFC 7932) as the vectors have: one uncompressed meta-block, and an empty last one.

The real decoder is a dependency that a reader would take; these vectors are about what is around it.
"""

from .fault import Malformed

WINDOW_16 = 0
"""WBITS 16 is one bit, 0."""


def encode_stored(data: bytes) -> bytes:
    """`data`, from 1 to 65,536 bytes, as one uncompressed meta-block."""
    # WBITS (1 bit), ISLAST 0 (1), MNIBBLES 0: 4 nibbles (2), MLEN - 1 (16), ISUNCOMPRESSED 1 (1); filled with zeros.
    head = WINDOW_16 | 0 << 1 | 0 << 2 | (len(data) - 1) << 4 | 1 << 20
    # The last: ISLAST 1, ISLASTEMPTY 1.
    return head.to_bytes(3, "little") + data + bytes([0b11])


def decode_stored(data: bytes) -> bytes:
    head = int.from_bytes(data[:3], "little")
    if head & 0b1111 != 0 or head >> 20 != 1:
        raise Malformed("not an uncompressed meta-block of Brotli's")
    length = (head >> 4 & 0xFFFF) + 1
    if len(data) != 3 + length + 1 or data[-1] != 0b11:
        raise Malformed("Brotli's last meta-block isn't there")
    return data[3 : 3 + length]
