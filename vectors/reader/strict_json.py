"""Strict JSON (spec/sealed-model.md): RFC 8259 with further rules, each a reason to refuse."""

import json
from typing import NoReturn

from . import limits
from .fault import Malformed

_WHITE_SPACE = " \t\n\r"


def _integer(token: str) -> int:
    if token == "-0" or len(token) > 17:
        raise Malformed("a number is negative zero or too large")
    value = int(token)
    if abs(value) > limits.INTEGER_MOST:
        raise Malformed("a number is beyond 2^53 - 1")
    return value


def _no_number(token: str) -> NoReturn:
    raise Malformed("a number has a fraction or an exponent, or is no number")


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Names arrive with their escapes resolved; they are not normalised in any other way."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Malformed("an object has two members of one name")
    return members


def _check(value: object, depth: int) -> None:
    """Nesting counts objects and arrays; a lone surrogate can't be encoded."""
    if isinstance(value, str):
        value.encode("utf-8")
    elif isinstance(value, (dict, list)):
        if depth > limits.NESTING_MOST:
            raise Malformed("nested too deeply")
        for name in value if isinstance(value, dict) else ():
            name.encode("utf-8")
        for item in value.values() if isinstance(value, dict) else value:
            _check(item, depth + 1)


def parse(data: bytes) -> dict[str, object]:
    """The top object of `data`, or Malformed."""
    try:
        text = data.decode("utf-8", errors="strict")
        if not text.lstrip(_WHITE_SPACE).startswith("{"):
            raise Malformed("the top is not an object")
        value = json.loads(
            text,
            parse_int=_integer,
            parse_float=_no_number,
            parse_constant=_no_number,
            object_pairs_hook=_members,
        )
        _check(value, 1)
    except (UnicodeError, json.JSONDecodeError, RecursionError) as error:
        raise Malformed(type(error).__name__) from error
    if not isinstance(value, dict):
        raise Malformed("the top is not an object")
    return value
