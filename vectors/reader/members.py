"""Typed access to the members of a JSON object. Each function gives the value or raises Malformed."""

import re
from datetime import datetime, timezone

from . import limits
from .fault import Malformed

Members = dict[str, object]

_TIME = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})Z")


def as_object(value: object) -> Members:
    if not isinstance(value, dict):
        raise Malformed("not an object")
    return value


def as_array(value: object, most: int) -> list[object]:
    if not isinstance(value, list) or len(value) > most:
        raise Malformed(f"not an array of at most {most}")
    return value


def as_text(value: object, least: int, most: int) -> str:
    """A string whose length in UTF-8 bytes is from `least` to `most`."""
    if not isinstance(value, str) or not least <= len(value.encode("utf-8")) <= most:
        raise Malformed(f"not a string of {least} to {most} bytes")
    return value


def as_integer(value: object, least: int, most: int = limits.INTEGER_MOST) -> int:
    if type(value) is not int or not least <= value <= most:
        raise Malformed(f"not an integer from {least} to {most}")
    return value


def as_hex(value: object, length: int) -> bytes:
    """`length` bytes as lower-case hex."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9a-f]*", value) or len(value) != 2 * length:
        raise Malformed(f"not {length} bytes in lower-case hex")
    return bytes.fromhex(value)


def as_time(value: object) -> datetime:
    """`YYYY-MM-DDThh:mm:ssZ`, a real date from 1970 to 9999."""
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise Malformed("not a time")
    year, month, day, hour, minute, second = (int(group) for group in match.groups())
    if year < 1970:
        raise Malformed("a time before 1970")
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=timezone.utc)
    except ValueError as error:
        raise Malformed("not a real time") from error


def get(members: Members, name: str) -> object:
    """The member, which has to be there."""
    if name not in members:
        raise Malformed(f"no member {name}")
    return members[name]
