"""Models that open, with sizes at and around every boundary of the layout."""

from collections.abc import Iterator

from reader.manifest import place_parts

from ..bench import Bench, Scenario
from ..layout import Part, json_bytes, manifest_members, padme
from ..seal import Sealed

S = 4096


def scenarios() -> Iterator[Scenario]:
    for length in (S - 1, S, S + 1, 2 * S - 1, 2 * S):
        at = Bench(f"sizes/payload-{length}")
        yield at.opens(f"A payload of {length} bytes in segments of {S}, without Padmé.", payload_of(at, length))
    for length in (63, 64, 65):
        at = Bench(f"sizes/payload-{length}")
        text = json_bytes({"kind": "file", "inputs": [], "outputs": [], "parts": []})
        yield at.opens(f"No parts and a payload of {length} bytes.", at.seal([], text=text, payload_length=length))
    for length in (0, 63, 64, 65, S - 1, S, S + 1):
        at = Bench(f"sizes/part-{length}")
        around = [at.part("before", 3), at.part("it", length), at.part("after", 5)]
        yield at.opens(f"A part of {length} bytes between two small ones.", at.seal(around))
    for length in (S - 1, S, S + 1):
        at = Bench(f"sizes/manifest-ends-at-{length}")
        yield at.opens(f"4 + M is {length}: the manifest at or across a segment's end.", manifest_of(at, length))
    yield from _others()


def payload_of(at: Bench, length: int) -> Sealed:
    """Parts shorter than a segment, the last of which ends where the payload of `length` bytes does."""
    parts = [at.part(f"part {index}", 2000) for index in range(length // 2000 - 1)]
    last = at.part("last", 1000)
    for _ in range(4):
        last = at.part("last", len(last.data) + length - _end([*parts, last]))
    assert _end([*parts, last]) == length and len(last.data) < S
    return at.seal([*parts, last], payload_length=length)


def _end(parts: list[Part]) -> int:
    """Where the last of these parts would end."""
    after = 4 + len(json_bytes(manifest_members(parts)))
    lengths = [len(part.data) for part in parts]
    return place_parts(after, lengths, S)[-1] + lengths[-1]


def manifest_of(at: Bench, length: int) -> Sealed:
    """A manifest that ends at `length`, with a member that makes it so long, and a part after it."""
    parts = [at.part("a", 100)]
    text = json_bytes(manifest_members(parts, {"x": ""}))
    return at.seal(parts, text=text.replace(b'"x":""', b'"x":"%s"' % (b"p" * (length - 4 - len(text)))))


def _others() -> Iterator[Scenario]:
    at = Bench("sizes/many-parts")
    parts = [at.part(f"part/{index}", index * 37 % 64, "tensor") for index in range(20)]
    yield at.opens("20 parts of 0 to 63 bytes.", at.seal(parts))
    at = Bench("sizes/zero-length-last")
    parts = [at.part("a", 1), at.part("b", 0), at.part("c", 0)]
    yield at.opens("Empty parts at the end: they have a place, a multiple of 64, within the payload.", at.seal(parts))
    at = Bench("sizes/only-zero-length")
    yield at.opens("One part, empty.", at.seal([at.part("a", 0)]))
    at = Bench("sizes/parts-fill-segments")
    parts = [at.part("a", S), at.part("b", S)]
    yield at.opens("Parts that fill whole segments, to the payload's end.", at.seal(parts, payload_length=3 * S))
    at = Bench("sizes/padding-by-padme")
    sealed = at.seal([at.part("a", S + 77)])
    assert sealed.members["payloadLength"] == padme(2 * S + 77) > 2 * S + 77
    yield at.opens("A payload that Padmé makes longer than its last part's end.", sealed)
    for size in (8192, 16_777_216):
        at = Bench(f"sizes/segment-{size}")
        parts = [at.part("a", 4096), at.part("b", 100)]
        yield at.opens(f"Segments of {size} bytes.", at.seal(parts, segment_size=size))
    for beyond in (-1, 0, 1):
        at = Bench(f"sizes/tables-end-{4096 + beyond}")
        yield at.opens(
            f"Header and tables end at {4096 + beyond}, the payload begins at a multiple of 4,096.", _ending(at, beyond)
        )


def _ending(at: Bench, beyond: int) -> Sealed:
    sealed = at.seal(header={"x": ""})
    padding = b"p" * (4096 + beyond - sealed.tables_end)
    sealed = sealed.signed(sealed.document.replace(b'"x":""', b'"x":"%s"' % padding))
    assert sealed.tables_end == 4096 + beyond
    return sealed
