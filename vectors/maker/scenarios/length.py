"""Files that are too short, too long, or something else altogether."""

from collections.abc import Iterator

from reader.envelope import MAGIC_GRANT, MAGIC_MODEL

from ..bench import Bench, Scenario
from ..seal import Sealed


def scenarios() -> Iterator[Scenario]:
    yield from _something_else()
    yield from _cuts()
    yield from _extended()
    yield from _promised()


def _something_else() -> Iterator[Scenario]:
    for name, comment, body in (
        ("empty", "An empty file.", b""),
        ("one-byte", "The magic's first byte alone.", MAGIC_MODEL[:1]),
        ("seven-bytes", "The magic but its last byte.", MAGIC_MODEL[:7]),
        ("magic-only", "The magic alone.", MAGIC_MODEL),
        ("eleven-bytes", "The magic and three bytes of the length.", MAGIC_MODEL + b"\x02\0\0"),
    ):
        at = Bench(f"length/{name}")
        code = "truncated" if body.startswith(MAGIC_MODEL) else "not-sealed-model"
        yield at.verifies(code, comment, at.seal(), body)
    for name, comment, before, after in (
        ("text-mode-lf", "Every CR LF became LF.", b"\r\n", b"\n"),
        ("text-mode-crlf", "Every LF became CR LF.", b"\n", b"\r\n"),
        ("text-mode-utf8", "The first byte became UTF-8.", b"\x93SRM", b"\xc2\x93SRM"),
    ):
        at = Bench(f"length/{name}")
        sealed = at.seal()
        body = sealed.to_bytes()[:12].replace(before, after) + sealed.document + sealed.signature
        yield at.verifies("not-sealed-model", comment, sealed, body)
    at = Bench("length/grant-magic")
    sealed = at.seal()
    body = MAGIC_GRANT + sealed.to_bytes()[8:]
    yield at.verifies("not-sealed-model", "A model with a grant's magic.", sealed, body)
    at = Bench("length/grant-as-model")
    sealed = at.seal()
    yield at.verifies("not-sealed-model", "A grant where a model belongs.", sealed, at.grant(sealed).to_bytes())


def _three_segments(at: Bench) -> Sealed:
    return at.seal([at.part("a", 4096)], payload_length=4096 * 2 + 500)


def _cuts() -> Iterator[Scenario]:
    sealed = _three_segments(Bench("length/"))
    head, offset = 12 + len(sealed.document), sealed.payload_offset
    places = (
        ("length", "after the header's length", 12),
        ("header", "within the header", head - 100),
        ("signature", "before the signature's last byte", head + 63),
        ("tags", "within the tag table", head + 64 + 20),
        ("digests", "within the digest table", head + 64 + 48 + 40),
        ("payload-start", "before the payload", offset),
        ("segment-end", "after the first segment", offset + 4096),
        ("last-byte", "before the last byte", offset + 8192 + 499),
    )
    for name, place, position in places:
        at = Bench(f"length/cut-{name}")
        sealed = _three_segments(at)
        yield at.verifies("truncated", f"The file ends {place}.", sealed, sealed.to_bytes()[:position])


def _extended() -> Iterator[Scenario]:
    for name, comment, more in (
        ("one-byte", "A zero byte after the payload.", bytes(1)),
        ("a-segment", "A segment of zero bytes after the payload.", bytes(4096)),
        ("a-file", "The magic of another model after the payload.", MAGIC_MODEL),
    ):
        at = Bench(f"length/longer-by-{name}")
        sealed = at.seal()
        yield at.verifies("trailing-data", comment, sealed, sealed.to_bytes() + more)
    at = Bench("length/longer-verify")
    sealed = at.seal()
    yield at.verifies("trailing-data", "Verifying a file with a byte too many.", sealed, sealed.to_bytes() + b"\n")


def _promised() -> Iterator[Scenario]:
    """The largest payloads, promised by a signed header and not there: nothing of their size may be allocated."""
    for name, length, size in (("2-32", 2**32, 4096), ("2-44", 2**44, 2**24)):
        at = Bench(f"length/promised-{name}")
        changed = at.seal().edited({"payloadLength": length, "segmentSize": size})
        yield at.verifies("truncated", f"A signed header that promises {length} bytes in 1,048,576 segments.", changed)
    at = Bench("length/promised-one-more")
    sealed = at.seal([])
    length = len(sealed.segments[0]) + 1
    yield at.verifies(
        "truncated", "A signed header that promises a byte more.", sealed.edited({"payloadLength": length})
    )
    at = Bench("length/promised-one-less")
    sealed = at.seal([])
    length = len(sealed.segments[0]) - 1
    yield at.verifies(
        "trailing-data", "A signed header that promises a byte less.", sealed.edited({"payloadLength": length})
    )
