"""Lists of parts that are malformed, and names that must not become paths."""

from collections.abc import Iterator

from ..bench import Bench, Scenario
from ..layout import Members

INVALID = "manifest-invalid"

BAD_NAMES = (
    ("empty", ""),
    ("parent", ".."),
    ("parent-within", "a/../b"),
    ("dot", "."),
    ("absolute", "/etc/passwd"),
    ("slash-double", "a//b"),
    ("backslash", "a\\b"),
    ("colon", "C:a"),
    ("zero", "a\0"),
    ("line-feed", "a\nb"),
    ("delete", "a\x7f"),
    ("1025-bytes", "é" * 512 + "e"),
)


def part(**changes: object) -> Members:
    return {"role": "file", "name": "a", "byteLength": 1, **changes}


LISTS: tuple[tuple[str, str, object], ...] = (
    ("name-missing", "A part without a name.", [{"role": "file", "byteLength": 1}]),
    ("length-missing", "A part without a length.", [{"role": "file", "name": "a"}]),
    ("role-unknown", "An unknown role.", [part(role="code")]),
    ("name-duplicate", "Two parts of one name, in two roles.", [part(), part(role="weights", byteLength=2)]),
    ("length-negative", "A length of -1.", [part(byteLength=-1)]),
    ("length-most", "Two lengths of 2^53 - 1.", [part(byteLength=2**53 - 1), part(name="b", byteLength=2**53 - 1)]),
)


def scenarios() -> Iterator[Scenario]:
    for name, text in BAD_NAMES:
        at = Bench(f"parts/name-{name}")
        yield at.fails(
            INVALID,
            f"A part's name that isn't allowed: {name}.",
            at.seal([at.part("x", 1)], manifest={"parts": [part(name=text)]}),
        )
    for name, comment, value in LISTS:
        at = Bench(f"parts/{name}")
        yield at.fails(INVALID, comment, at.seal([at.part("x", 10)], manifest={"parts": value}, payload_length=1024))
    yield from _past_the_end()


def _past_the_end() -> Iterator[Scenario]:
    at = Bench("parts/end-one-past")
    yield at.fails(
        INVALID,
        "A part ends one byte after the payload.",
        at.seal([at.part("a", 256, "file")], manifest={"parts": [part(byteLength=257)]}, payload_length=512),
    )
    at = Bench("parts/end-exactly")
    sealed = at.seal([at.part("a", 256, "file")], payload_length=512)
    assert 192 < 4 + len(sealed.manifest) <= 256
    yield at.opens("A part ends where the payload does.", sealed)
    at = Bench("parts/empty-past-the-end")
    empty: Members = {"parts": [part(byteLength=0)]}
    yield at.fails(
        INVALID,
        "An empty part whose place, a multiple of 64, is past the payload.",
        at.seal([], manifest=empty, payload_length=_length_of_manifest(at, empty)),
    )
    at = Bench("parts/aligned-past-the-end")
    yield at.fails(
        INVALID,
        "A part of a segment would fit, but not where it has to begin.",
        at.seal([], manifest={"parts": [part(byteLength=4096)]}, payload_length=4096 + 1000),
    )


def _length_of_manifest(at: Bench, changes: Members) -> int:
    """4 + M, which mustn't be a multiple of 64 here."""
    length = 4 + len(at.seal([], manifest=changes).manifest)
    assert length % 64
    return length
