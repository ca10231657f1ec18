"""A grant's terms: times to the second, the least release, evidence, and malformed terms."""

from collections.abc import Iterator

from ..bench import Bench, Scenario
from ..layout import Members

TIMES: tuple[tuple[str, Members, str, str], ...] = (
    ("not-before-exactly", {"notBefore": "2030-06-15T12:00:00Z"}, "2030-06-15T12:00:00Z", "success"),
    ("not-before-a-second-early", {"notBefore": "2030-06-15T12:00:00Z"}, "2030-06-15T11:59:59Z", "grant-not-yet-valid"),
    ("not-after-a-second-early", {"notAfter": "2030-06-15T12:00:00Z"}, "2030-06-15T11:59:59Z", "success"),
    ("not-after-exactly", {"notAfter": "2030-06-15T12:00:00Z"}, "2030-06-15T12:00:00Z", "grant-expired"),
    ("leap-day", {"notAfter": "2032-02-29T23:59:59Z"}, "2032-02-29T23:59:58Z", "success"),
    (
        "first-and-last-times",
        {"notBefore": "1970-01-01T00:00:00Z", "notAfter": "9999-12-31T23:59:59Z"},
        "2030-06-15T12:00:00Z",
        "success",
    ),
    (
        "empty-window",
        {"notBefore": "2030-06-15T12:00:00Z", "notAfter": "2030-06-15T12:00:00Z"},
        "2030-06-15T12:00:00Z",
        "grant-expired",
    ),
    (
        "window-reversed",
        {"notBefore": "2031-01-01T00:00:00Z", "notAfter": "2030-01-01T00:00:00Z"},
        "2030-06-15T12:00:00Z",
        "grant-not-yet-valid",
    ),
)

BAD_TIMES = (
    ("date-only", "2030-06-15"),
    ("offset", "2030-06-15T12:00:00+00:00"),
    ("day-31", "2030-06-31T00:00:00Z"),
    ("second-60", "2030-06-30T23:59:60Z"),
    ("year-1969", "1969-12-31T23:59:59Z"),
)

MALFORMED: tuple[tuple[str, str, Members], ...] = (
    ("not-after-number", "`notAfter` is a number.", {"notAfter": 1_900_000_000}),
    ("features-257", "257 features.", {"features": ["a"] * 257}),
    ("feature-empty", "An empty feature.", {"features": [""]}),
    ("serial-empty", "`serial` is empty.", {"serial": ""}),
    ("serial-number", "`serial` is a number.", {"serial": 7}),
    ("evidence-null", "`evidence` is null.", {"evidence": None}),
)


def scenarios() -> Iterator[Scenario]:
    for name, terms, now, code in TIMES:
        at = Bench(f"terms/{name}")
        sealed = at.seal()
        grant, comment = at.grant(sealed, terms=terms), f"Valid {_window(terms)}; now it is {now}."
        made = at.opens(comment, sealed, grant) if code == "success" else at.fails(code, comment, sealed, grant)
        yield made.but(now=now)
    for name, time in BAD_TIMES:
        at = Bench(f"terms/time-{name}")
        sealed = at.seal()
        yield at.fails(
            "grant-invalid", f"`notBefore` is not a time: {name}.", sealed, at.grant(sealed, terms={"notBefore": time})
        )
    for name, comment, terms in MALFORMED:
        at = Bench(f"terms/{name}")
        sealed = at.seal()
        yield at.fails("grant-invalid", comment, sealed, at.grant(sealed, terms=terms))
    yield from _others()


def _window(terms: Members) -> str:
    words = {"notBefore": "from", "notAfter": "until"}
    return " ".join(f"{words[name]} {time}" for name, time in terms.items())


def _others() -> Iterator[Scenario]:
    for release, code in ((6, "grant-release"), (7, "success")):
        at = Bench(f"terms/least-release-7-of-{release}")
        sealed = at.seal(header={"release": release})
        grant, comment = at.grant(sealed, terms={"leastRelease": 7}), f"At least release 7; the model is {release}."
        yield at.opens(comment, sealed, grant) if code == "success" else at.fails(code, comment, sealed, grant)
    at = Bench("terms/least-release-most")
    sealed = at.seal(header={"release": 2**31 - 1})
    most = at.grant(sealed, terms={"leastRelease": 2**53 - 1})
    yield at.fails("grant-release", "At least release 2^53 - 1, which no model can be.", sealed, most)
    at = Bench("terms/evidence-unknown")
    sealed = at.seal()
    yield at.fails(
        "grant-evidence", "Evidence that nobody knows yet.", sealed, at.grant(sealed, terms={"evidence": "tpm-quote"})
    )
    at = Bench("terms/evidence-missing")
    sealed = at.seal()
    yield at.fails("grant-invalid", "`evidence` is missing.", sealed, at.grant(sealed, {"terms": {}}))
    at = Bench("terms/longest")
    sealed = at.seal()
    longest: Members = {"features": ["é" * 128] + ["f"] * 255, "serial": "s" * 256, "leastRelease": 0}
    yield at.opens(
        "256 features, one of 256 bytes, and a serial of 256 bytes.", sealed, at.grant(sealed, terms=longest)
    )
