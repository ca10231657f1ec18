"""Files with two faults, one of them before the grant: the one that reading meets first must be found."""

from collections.abc import Iterator
from dataclasses import replace

from reader.encoding import u32
from reader.envelope import MAGIC_MODEL

from ..bench import Bench, Scenario
from ..issue import issue_keyring
from ..layout import Members
from ..seal import Sealed
from .signature import flipped


def scenarios() -> Iterator[Scenario]:
    yield from _header()
    yield from _trust()
    yield from _file()


def _unsigned(sealed: Sealed) -> Sealed:
    return replace(sealed, signature=flipped(sealed.signature, 1))


def _header() -> Iterator[Scenario]:
    at = Bench("order/length-before-truncated")
    yield at.fails(
        "header-invalid",
        "The header's length is out of limits in a file that ends there.",
        at.seal(),
        body=MAGIC_MODEL + u32(65_537),
    )
    at = Bench("order/truncated-before-header")
    sealed = at.seal().signed(b"not JSON")
    yield at.fails(
        "truncated", "A file cut in its signature, and a header that isn't JSON.", sealed, body=sealed.to_bytes()[:60]
    )
    cases: tuple[tuple[str, str, str, Members], ...] = (
        (
            "json-before-format",
            "header-invalid",
            "A later format with a number that has a fraction.",
            {"format": "strongroom-model/2", "x": 0.5},
        ),
        (
            "format-before-critical",
            "format-unsupported",
            "A later format with a malformed `critical`.",
            {"format": "strongroom-model/2", "critical": []},
        ),
        (
            "critical-malformed-before-suite",
            "header-invalid",
            "A malformed `critical` and an unknown suite.",
            {"critical": [1], "suite": "x"},
        ),
        (
            "critical-before-suite",
            "critical-unknown",
            "An unknown critical member and a suite that is a number.",
            {"critical": ["x"], "suite": 1},
        ),
        (
            "suite-before-members",
            "suite-unsupported",
            "An unknown suite and a member out of limits.",
            {"suite": "x", "release": -1},
        ),
        (
            "members-before-trust",
            "header-invalid",
            "A member out of limits and an unknown publisher.",
            {"segmentSize": 1, "publisher": "ab" * 32},
        ),
        (
            "publisher-before-signer",
            "publisher-unknown",
            "An unknown publisher and a signer without rights.",
            {"publisher": "ab" * 32, "signer": "cd" * 32},
        ),
    )
    for name, code, comment, changes in cases:
        at = Bench(f"order/{name}")
        yield at.refuses_header(code, comment, _unsigned(at.seal().edited(changes)))
    at = Bench("order/header-before-trust-missing")
    made = at.refuses_header(
        "header-invalid", "A member is missing and nobody is pinned.", at.seal().edited({}, drop=("salt",))
    )
    yield made.but(trust=[])


def _trust() -> Iterator[Scenario]:
    at = Bench("order/publisher-before-keyring")
    made = at.refuses_header("publisher-unknown", "An unknown publisher and a broken keyring.", at.seal())
    yield made.but(trust=[at.key("other").public.hex()], keyring=b"broken")
    at = Bench("order/keyring-before-signature")
    yield at.refuses_header("keyring-invalid", "A broken keyring and a broken signature.", _unsigned(at.seal())).but(
        keyring=b""
    )
    at = Bench("order/keyring-expired-before-rollback")
    keyring = issue_keyring(at.root, {"expires": "2030-01-01T00:00:00Z", "version": 1})
    made = at.refuses_header(
        "keyring-expired", "A keyring that has expired, is too old, and doesn't list the signer.", at.seal()
    )
    yield made.but(keyring=keyring.to_bytes(), least_keyring_version=2)
    at = Bench("order/keyring-rollback-before-revoked")
    keyring = issue_keyring(at.root, {"version": 1, "revoked": [at.root.public.hex()]})
    made = at.refuses_header("keyring-rollback", "A keyring that is too old and revokes the signer.", at.seal())
    yield made.but(keyring=keyring.to_bytes(), least_keyring_version=2)
    at = Bench("order/keyring-signature-before-expired")
    expired = issue_keyring(at.root, {"expires": "2030-01-01T00:00:00Z"})
    keyring = replace(expired, signature=flipped(expired.signature, 0))
    made = at.refuses_header("keyring-invalid", "A keyring with a broken signature that has expired.", at.seal())
    yield made.but(keyring=keyring.to_bytes())
    at = Bench("order/publisher-before-no-keyring")
    made = at.refuses_header("publisher-unknown", "An unknown publisher, and a version but no keyring.", at.seal())
    yield made.but(trust=[at.key("other").public.hex()], least_keyring_version=2)
    at = Bench("order/no-keyring-before-rights")
    sealed = _unsigned(at.seal(signer=at.key("other")))
    made = at.refuses_header("keyring-rollback", "A version but no keyring, and a signer that isn't the root.", sealed)
    yield made.but(least_keyring_version=2)
    at = Bench("order/rights-before-signature")
    sealed = _unsigned(at.seal(signer=at.key("other")))
    yield at.refuses_header("key-not-authorised", "A signer without rights and a broken signature.", sealed)


def _file() -> Iterator[Scenario]:
    at = Bench("order/signature-before-length")
    sealed = _unsigned(at.seal())
    yield at.verifies(
        "signature-invalid", "A broken signature and a file cut short.", sealed, body=sealed.to_bytes()[:-1]
    )
    at = Bench("order/length-before-tables")
    sealed = at.seal()
    sealed = sealed.with_tables(tags=[flipped(sealed.tags[0], 0)])
    yield at.fails("trailing-data", "A byte too many and a broken tag table.", sealed, body=sealed.to_bytes() + b"\0")
    at = Bench("order/tables-before-grant")
    sealed = at.seal()
    zeros = b"\1" * (sealed.payload_offset - sealed.tables_end)
    yield at.fails("tables-corrupt", "Padding that isn't zero, and no grant.", replace(sealed, zeros=zeros), b"")
