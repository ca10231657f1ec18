"""The text header of an age file (age-encryption.org/v1)."""

import base64
import binascii
import re
from dataclasses import dataclass

from .fault import Malformed

VERSION_LINE = b"age-encryption.org/v1\n"
_COLUMNS = 64
_ARGUMENT = re.compile(rb"[\x21-\x7e]+")


@dataclass(frozen=True)
class Stanza:
    kind: str
    arguments: list[str]
    body: bytes


@dataclass(frozen=True)
class AgeHeader:
    stanzas: list[Stanza]
    authenticated: bytes
    """The bytes that the MAC is over: up to and with `---`."""
    mac: bytes


def base64_encode(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def base64_decode(text: bytes) -> bytes:
    """Standard alphabet, no padding, canonical."""
    try:
        data = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error as error:
        raise Malformed("base64") from error
    if base64_encode(data) != text:
        raise Malformed("base64 that isn't canonical")
    return data


def _take_line(data: bytes, position: int) -> tuple[bytes, int]:
    """The line at `position` without its LF, and where the next begins."""
    end = data.find(b"\n", position)
    if end < 0:
        raise Malformed("the age header is cut")
    return data[position:end], end + 1


def parse_header(data: bytes) -> tuple[AgeHeader, int]:
    """The header and where the payload begins."""
    if not data.startswith(VERSION_LINE):
        raise Malformed("not an age file of version 1")
    position = len(VERSION_LINE)
    stanzas: list[Stanza] = []
    while True:
        start = position
        line, position = _take_line(data, position)
        if line.startswith(b"--- "):
            break
        if not line.startswith(b"-> "):
            raise Malformed("neither a stanza nor the MAC")
        words = line[3:].split(b" ")
        if not all(_ARGUMENT.fullmatch(word) for word in words):
            raise Malformed("a stanza's argument")
        body, position = _take_body(data, position)
        stanzas.append(Stanza(words[0].decode("ascii"), [word.decode("ascii") for word in words[1:]], body))
    mac = base64_decode(line[4:])
    if not stanzas or len(mac) != 32:
        raise Malformed("no stanza, or a MAC of the wrong length")
    return AgeHeader(stanzas, data[: start + 3], mac), position


def _take_body(data: bytes, position: int) -> tuple[bytes, int]:
    """Full lines of 64 columns and one shorter, which may be empty."""
    pieces: list[bytes] = []
    while True:
        line, position = _take_line(data, position)
        if len(line) > _COLUMNS:
            raise Malformed("a stanza's line is too long")
        pieces.append(base64_decode(line))
        if len(line) < _COLUMNS:
            return b"".join(pieces), position


def write_stanza(stanza: Stanza) -> bytes:
    text = base64_encode(stanza.body)
    lines = [text[i : i + _COLUMNS] for i in range(0, len(text), _COLUMNS)]
    if len(text) % _COLUMNS == 0:
        lines.append(b"")
    first = " ".join(["->", stanza.kind, *stanza.arguments]).encode("ascii")
    return b"\n".join([first, *lines]) + b"\n"
