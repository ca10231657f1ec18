"""Headers that are strict JSON but not headers of this format."""

from collections.abc import Iterator

from reader.encoding import u32
from reader.envelope import MAGIC_MODEL

from ..bench import Bench, Scenario

REQUIRED = (
    *("format", "suite", "model", "release", "publisher", "signer"),
    *("segmentSize", "payloadLength", "salt", "commitment", "tables"),
)

CHANGES: tuple[tuple[str, str, dict[str, object]], ...] = (
    ("format-number", "`format` is a number.", {"format": 1}),
    ("suite-null", "`suite` is null.", {"suite": None}),
    ("model-upper-case", "`model` is hex in upper case.", {"model": "AB" * 16}),
    ("model-short", "`model` has 15 bytes.", {"model": "ab" * 15}),
    ("model-odd", "`model` has an odd number of digits.", {"model": "ab" * 15 + "a"}),
    ("model-not-hex", "`model` has a letter that isn't a digit.", {"model": "ag" + "ab" * 15}),
    ("model-line-feed", "`model` has a line feed after its digits.", {"model": "ab" * 16 + "\n"}),
    ("release-negative", "`release` is -1.", {"release": -1}),
    ("release-too-large", "`release` is 2^31.", {"release": 2**31}),
    ("release-boolean", "`release` is true.", {"release": True}),
    ("publisher-long", "`publisher` has 33 bytes.", {"publisher": "ab" * 33}),
    ("signer-array", "`signer` is an array of one key.", {"signer": ["ab" * 32]}),
    ("segment-size-text", "`segmentSize` is a string.", {"segmentSize": "4096"}),
    ("segment-size-2048", "`segmentSize` is below the least.", {"segmentSize": 2048}),
    ("segment-size-4097", "`segmentSize` is not a power of two.", {"segmentSize": 4097}),
    ("segment-size-12288", "`segmentSize` is a multiple of 4,096 but not a power of two.", {"segmentSize": 12_288}),
    ("segment-size-2-25", "`segmentSize` is 2^25.", {"segmentSize": 2**25}),
    ("segment-size-2-32", "`segmentSize` is 2^32 + 4,096: 4,096 in 32 bits.", {"segmentSize": 2**32 + 4096}),
    ("payload-length-5", "`payloadLength` is below the least.", {"payloadLength": 5}),
    ("payload-length-2-44", "`payloadLength` is 2^44 + 1.", {"payloadLength": 2**44 + 1, "segmentSize": 2**24}),
    ("segments-too-many", "One segment more than 1,048,576.", {"payloadLength": 2**32 + 1}),
    ("salt-empty", "`salt` is empty.", {"salt": ""}),
    ("commitment-object", "`commitment` is an object.", {"commitment": {}}),
    ("tables-long", "`tables` has 64 bytes.", {"tables": "ab" * 64}),
    ("label-257-bytes", "`label` has 257 bytes, in 129 characters.", {"label": "é" * 128 + "e"}),
    ("label-null", "`label` is null.", {"label": None}),
    ("critical-empty", "`critical` is empty.", {"critical": []}),
    ("critical-text", "`critical` is a string.", {"critical": "label"}),
    ("critical-null", "`critical` is null.", {"critical": None}),
    ("critical-mixed", "`critical` has a number among strings.", {"critical": ["label", 1]}),
)


def scenarios() -> Iterator[Scenario]:
    for name in REQUIRED:
        at = Bench(f"header/{name}-missing")
        yield at.refuses_header("header-invalid", f"`{name}` is missing.", at.seal().edited({}, drop=(name,)))
    for name, comment, changes in CHANGES:
        at = Bench(f"header/{name}")
        yield at.refuses_header("header-invalid", comment, at.seal().edited(changes))
    yield from _unsupported()
    yield from _lengths()


def _unsupported() -> Iterator[Scenario]:
    at = Bench("header/format-later")
    yield at.refuses_header("format-unsupported", "A later format.", at.seal().edited({"format": "strongroom-model/2"}))
    at = Bench("header/format-downgrade")
    earlier = {"format": "strongroom-model/0", "suite": "none"}
    yield at.refuses_header(
        "format-unsupported", "An earlier format, with an unknown suite.", at.seal().edited(earlier)
    )
    at = Bench("header/format-of-grant")
    yield at.refuses_header(
        "format-unsupported", "A grant's format.", at.seal().edited({"format": "strongroom-grant/1-draft"})
    )
    at = Bench("header/suite-unknown")
    yield at.refuses_header(
        "suite-unsupported", "An unknown suite.", at.seal().edited({"suite": "aes128gcm-sha256-ed25519"})
    )
    at = Bench("header/suite-case")
    yield at.refuses_header(
        "suite-unsupported", "The suite in capitals.", at.seal().edited({"suite": "AES256GCM-SHA256-ED25519"})
    )
    at = Bench("header/critical-unknown")
    yield at.refuses_header(
        "critical-unknown", "An unknown critical member.", at.seal().edited({"x": 1, "critical": ["x"]})
    )
    at = Bench("header/critical-known")
    yield at.refuses_header(
        "critical-unknown", "A known member named as critical.", at.seal().edited({"critical": ["release"]})
    )
    at = Bench("header/critical-absent")
    yield at.refuses_header(
        "critical-unknown", "A critical member that isn't there.", at.seal().edited({"critical": ["x"]})
    )
    at = Bench("header/suite-inherited")
    changed = at.seal().edited({"__proto__": {"suite": "aes256gcm-sha256-ed25519"}}, drop=("suite",))
    yield at.refuses_header("header-invalid", "No `suite` but in a member called `__proto__`.", changed)


def _lengths() -> Iterator[Scenario]:
    for length in (0, 1, 65_537, 2**31, 2**32 - 1):
        at = Bench(f"header/length-{length}")
        sealed = at.seal()
        body = MAGIC_MODEL + u32(length) + sealed.to_bytes()[12:]
        yield at.refuses_header("header-invalid", f"The header's length is {length}.", sealed, body=body)
    for name, comment, more in (
        ("one-more", "The length takes in the signature's first byte.", 1),
        ("one-less", "The length leaves out the closing brace.", -1),
    ):
        at = Bench(f"header/length-{name}")
        sealed = at.seal()
        body = MAGIC_MODEL + u32(len(sealed.document) + more) + sealed.to_bytes()[12:]
        yield at.verifies("header-invalid", comment, sealed, body)
