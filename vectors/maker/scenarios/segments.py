"""Segments that lack their signed digest, and segments that have it but don't decrypt."""

from collections.abc import Iterator
from dataclasses import replace

from ..bench import Bench, Scenario
from ..seal import Sealed
from .signature import flipped

CORRUPT = "segment-corrupt"
FAILED = "decryption-failed"


def two_segments(at: Bench, label: str = "seal") -> Sealed:
    """A model of exactly two segments: its manifest in the first, a part of 4,096 bytes in the second."""
    return at.seal([at.part("a", 4096)], label=label)


def short_second(at: Bench, label: str = "seal") -> Sealed:
    """A model of two segments, of which the second is short; a part goes across."""
    return at.seal([at.part("a", 3900)], label=label)


def scenarios() -> Iterator[Scenario]:
    yield from _corrupt()
    yield from _signed_but_wrong()
    yield from _last_flag()


def _with_bit(sealed: Sealed, index: int, bit: int) -> Sealed:
    """With a bit of a segment flipped; -1 is the last."""
    segments = list(sealed.segments)
    segments[index] = flipped(segments[index], bit % (8 * len(segments[index])))
    return sealed.with_tables(segments=segments)


def _corrupt() -> Iterator[Scenario]:
    for index, bit, where in ((0, 0, "first"), (1, -1, "last")):
        at = Bench(f"segments/{where}-bit")
        yield at.fails(CORRUPT, f"The payload's {where} bit is flipped.", _with_bit(short_second(at), index, bit))
    at = Bench("segments/verify-last-bit")
    yield at.verifies(CORRUPT, "Verifying checks every segment.", _with_bit(short_second(at), 1, -1))
    at = Bench("segments/verify-padding")
    sealed = at.seal([at.part("a", 100)], payload_length=4097)
    yield at.verifies(CORRUPT, "Verifying checks a segment in which no part lies.", _with_bit(sealed, 1, 0))
    at = Bench("segments/swapped")
    sealed = two_segments(at)
    yield at.fails(CORRUPT, "Two segments are swapped.", sealed.with_tables(segments=sealed.segments[::-1]))
    at = Bench("segments/splice")
    other = short_second(at, "other")
    yield at.fails(
        CORRUPT, "The payload of another seal of the model.", short_second(at).with_tables(segments=other.segments)
    )
    at = Bench("segments/tag-resigned")
    sealed = short_second(at)
    changed = sealed.with_tables(tags=[sealed.tags[0], flipped(sealed.tags[1], 3)]).retabled()
    yield at.fails(CORRUPT, "A tag is changed and the tables signed again: the digest covers the tag.", changed)
    at = Bench("segments/digest-resigned")
    sealed = short_second(at)
    changed = sealed.with_tables(digests=[flipped(sealed.digests[0], 3), sealed.digests[1]]).retabled()
    yield at.fails(CORRUPT, "A digest is changed and the tables signed again.", changed)
    at = Bench("segments/verify-digest-resigned")
    sealed = short_second(at)
    changed = sealed.with_tables(digests=[sealed.digests[0], flipped(sealed.digests[1], 3)]).retabled()
    yield at.verifies(CORRUPT, "Verifying finds a digest that was changed and signed.", changed)
    at = Bench("segments/digests-swapped-resigned")
    sealed = two_segments(at)
    changed = sealed.with_tables(
        tags=sealed.tags[::-1], digests=sealed.digests[::-1], segments=sealed.segments[::-1]
    ).retabled()
    yield at.fails(CORRUPT, "Segments, tags and digests swapped, signed: the digest has the index.", changed)


def _signed_but_wrong() -> Iterator[Scenario]:
    for index in (0, 1):
        at = Bench(f"segments/{index}-bit-redigested")
        changed = _with_bit(short_second(at), index, 77).redigested()
        yield at.fails(FAILED, f"A bit of segment {index} is flipped, and digest and tables signed again.", changed)
    at = Bench("segments/tag-redigested")
    sealed = short_second(at)
    changed = sealed.with_tables(tags=[sealed.tags[0], flipped(sealed.tags[1], 127)]).redigested()
    yield at.fails(FAILED, "A tag is flipped, and digest and tables signed again.", changed)
    at = Bench("segments/swapped-redigested")
    sealed = at.seal([at.part("a", 4096), at.part("b", 4096)])
    order = [0, 2, 1]
    changed = sealed.with_tables(
        tags=[sealed.tags[i] for i in order], segments=[sealed.segments[i] for i in order]
    ).redigested()
    yield at.fails(FAILED, "Two segments are swapped, and all tables signed again.", changed)
    at = Bench("segments/of-another-seal-redigested")
    sealed, other = short_second(at), short_second(at, "other")
    changed = sealed.with_tables(
        tags=[sealed.tags[0], other.tags[1]], segments=[sealed.segments[0], other.segments[1]]
    ).redigested()
    yield at.fails(FAILED, "A segment of another seal, and all tables signed again.", changed)
    at = Bench("segments/verify-redigested")
    changed = _with_bit(short_second(at), 1, 77).redigested()
    yield at.verifies("success", "Verifying without a key can't see a segment that doesn't decrypt.", changed)


def _last_flag() -> Iterator[Scenario]:
    at = Bench("segments/cut-and-signed")
    sealed = at.seal([at.part("a", 4096)], payload_length=4096 * 3)
    yield at.fails(FAILED, "Cut at a segment's end and signed again: no segment has the last flag.", _first(sealed, 2))
    at = Bench("segments/cut-to-one-and-signed")
    sealed = at.seal([at.part("a", 100)], payload_length=4096 * 2)
    yield at.fails(FAILED, "Cut to its first segment and signed again.", _first(sealed, 1))
    at = Bench("segments/extended-and-signed")
    sealed = two_segments(at)
    longer = replace(
        sealed, segments=[*sealed.segments, sealed.segments[1]], tags=[*sealed.tags, sealed.tags[1]]
    ).edited({"payloadLength": 4096 * 3})
    yield at.fails(
        FAILED, "A segment is appended and all signed again: the last flag is on another.", longer.redigested()
    )
    at = Bench("segments/short-last-and-signed")
    sealed = two_segments(at)
    shorter = sealed.with_tables(segments=[sealed.segments[0], sealed.segments[1][:-1]])
    yield at.fails(
        "manifest-invalid",
        "The last segment lacks a byte and all is signed again: a part ends past it.",
        shorter.edited({"payloadLength": 4096 * 2 - 1}).redigested(),
    )


def _first(sealed: Sealed, count: int) -> Sealed:
    cut = replace(sealed, segments=sealed.segments[:count], tags=sealed.tags[:count])
    return cut.edited({"payloadLength": 4096 * count}).redigested()
