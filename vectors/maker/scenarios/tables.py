"""Tag and digest tables, and the zero bytes after them."""

from collections.abc import Iterator
from dataclasses import replace

from reader.encoding import lp, sha256, u64

from ..bench import Bench, Scenario
from ..seal import Sealed
from .segments import short_second
from .signature import flipped

CORRUPT = "tables-corrupt"


def scenarios() -> Iterator[Scenario]:
    for table in ("tag", "digest"):
        for index in (0, 1):
            at = Bench(f"tables/{table}-{index}-flipped")
            sealed = short_second(at)
            yield at.verifies(CORRUPT, f"A bit of {table} {index} is flipped.", _flip(sealed, table, index))
    at = Bench("tables/swapped")
    sealed = short_second(at)
    yield at.fails(
        CORRUPT,
        "Both tables have their entries swapped.",
        sealed.with_tables(tags=sealed.tags[::-1], digests=sealed.digests[::-1]),
    )
    at = Bench("tables/of-another-seal")
    other = short_second(at, "other")
    yield at.fails(
        CORRUPT,
        "The tables and payload of another seal of the model.",
        short_second(at).with_tables(other.tags, other.digests, other.segments),
    )
    at = Bench("tables/splice")
    other = short_second(Bench("tables/splice-other"))
    yield at.fails(
        CORRUPT,
        "The header of one model, the tables and payload of another.",
        short_second(at).with_tables(other.tags, other.digests, other.segments),
    )
    at = Bench("tables/without-label")
    sealed = short_second(at)
    digest = sha256(u64(2), *sealed.tags, *sealed.digests)
    yield at.verifies(CORRUPT, "`tables` is a digest without its label.", sealed.edited({"tables": digest.hex()}))
    at = Bench("tables/count-missing")
    sealed = short_second(at)
    digest = sha256(lp("strongroom model tables"), *sealed.tags, *sealed.digests)
    yield at.verifies(
        CORRUPT, "`tables` is a digest without the number of segments.", sealed.edited({"tables": digest.hex()})
    )
    yield from _zeros()


def _flip(sealed: Sealed, table: str, index: int) -> Sealed:
    entries = list(sealed.tags if table == "tag" else sealed.digests)
    entries[index] = flipped(entries[index], 5)
    return sealed.with_tables(tags=entries) if table == "tag" else sealed.with_tables(digests=entries)


def _zeros() -> Iterator[Scenario]:
    for place in ("first", "last"):
        at = Bench(f"tables/zeros-{place}")
        sealed = short_second(at)
        zeros = bytearray(sealed.payload_offset - sealed.tables_end)
        zeros[0 if place == "first" else -1] = 1
        yield at.verifies(
            CORRUPT, f"The {place} byte between tables and payload isn't zero.", replace(sealed, zeros=bytes(zeros))
        )
    at = Bench("tables/zeros-verify")
    sealed = short_second(at)
    gap = sealed.payload_offset - sealed.tables_end
    yield at.verifies(CORRUPT, "Verifying checks the zero bytes.", replace(sealed, zeros=b"\x80" * gap))
