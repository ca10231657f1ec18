"""Models that open: what a writer may do and a reader must accept."""

from collections.abc import Iterator

from ..bench import Bench, Scenario
from ..issue import issue_keyring


def scenarios() -> Iterator[Scenario]:
    yield from _headers()
    yield from _manifests()
    yield from _verified()


def _headers() -> Iterator[Scenario]:
    at = Bench("good/plain")
    yield at.opens("One small part, a grant for one X25519 identity, no keyring.", at.seal())
    at = Bench("good/label")
    yield at.opens("A label in Latin, Greek and emoji.", at.seal(header={"label": "Modèle λ 🔐"}))
    at = Bench("good/label-empty")
    yield at.opens("An empty label is a label.", at.seal(header={"label": ""}))
    at = Bench("good/label-256-bytes")
    yield at.opens("A label of 256 UTF-8 bytes, in 128 characters.", at.seal(header={"label": "é" * 128}))
    at = Bench("good/release-least")
    yield at.opens("Release 0.", at.seal(header={"release": 0}))
    at = Bench("good/release-most")
    yield at.opens("Release 2^31 - 1.", at.seal(header={"release": 2**31 - 1}))
    at = Bench("good/header-unknown-members")
    unknown = {"x": {"format": [1, None, True]}, "__proto__": {"suite": "none"}, "constructor": 1, "Label": 5}
    yield at.opens("Unknown members of a header are ignored, whatever their names.", at.seal(header=unknown))
    at = Bench("good/header-names-not-normalised")
    names = {"\u00e9": 1, "e\u0301": 2}
    yield at.opens("Two names that only Unicode normalisation would make one are two.", at.seal(header=names))
    at = Bench("good/header-white-space")
    sealed = at.seal()
    yield at.opens(
        "White space before, within and after a header.",
        sealed.signed(b" \t\r\n" + sealed.document.replace(b",", b" ,\n\t").replace(b":", b"\r:") + b"\n \n"),
    )
    at = Bench("good/header-escapes")
    sealed = at.seal(header={"label": "🔐"})
    text = sealed.document.replace("🔐".encode(), rb"\ud83d\uDD10").replace(b'"suite"', rb'"\u0073uite"')
    yield at.opens("A header with escaped names and an escaped surrogate pair.", sealed.signed(text))
    at = Bench("good/header-nested-16")
    yield at.opens("The sixteenth level of nesting is allowed.", at.seal(header={"x": nested(15)}))
    at = Bench("good/header-nested-16-words")
    yield at.opens(
        "Numbers, strings and words in the sixteenth level: nesting doesn't count them.",
        at.seal(header={"x": nested(15, 0, "a", True, None), "y": nested(14, {"z": -1})}),
    )
    at = Bench("good/header-longest")
    sealed = at.seal(header={"x": ""})
    padding = b"p" * (65_536 - len(sealed.document))
    yield at.opens(
        "A header of 65,536 bytes.", sealed.signed(sealed.document.replace(b'"x":""', b'"x":"%s"' % padding))
    )
    at = Bench("good/integer-most")
    numbers = {"x": [2**53 - 1, -(2**53 - 1), 0]}
    yield at.opens("The largest integers of both signs.", at.seal(header=numbers))


def nested(depth: int, *innermost: object) -> list[object]:
    """`depth` arrays, each in the other, with these values in the innermost."""
    value = list(innermost)
    for _ in range(depth - 1):
        value = [value]
    return value


def _manifests() -> Iterator[Scenario]:
    at = Bench("good/no-parts")
    yield at.opens("A model without parts.", at.seal([]))
    at = Bench("good/every-kind-of-tensor")
    types = ["float16", "float32", "float64", "bfloat16", "bool", "string"]
    types += [f"{sign}{width}" for sign in ("int", "uint") for width in (4, 8, 16, 32, 64)]
    inputs = [{"name": f"in {name}", "type": name, "shape": [0, "?", "batch", 2**53 - 1]} for name in types]
    outputs = [
        {"name": "in float16", "type": "float16", "shape": []},
        {"name": "y", "type": "bool", "shape": [1] * 32},
    ]
    yield at.opens(
        "Every type, a scalar, rank 32, and an input and an output of one name.",
        at.seal(manifest={"inputs": inputs, "outputs": outputs}),
    )
    at = Bench("good/unicode-names")
    names = ["модель/веса 1.bin", "e\u0301", "\u00e9", "…", "a..b/.c", "line\u2028\u0085sep", "🔐" * 256]
    yield at.opens(
        "Part names in Unicode, unnormalised, with spaces and dots, and of 1,024 bytes.",
        at.seal([at.part(name, 10 + index) for index, name in enumerate(names)]),
    )
    for kind, role in (
        ("onnx", "weights"),
        ("tfjs-graph", "weights"),
        ("tfjs-layers", "graph"),
        ("openvino-ir", "graph"),
        ("saved-model", "file"),
        ("file", "tensor"),
    ):
        at = Bench(f"good/kind-{kind}")
        yield at.opens(f"Kind {kind}, role {role}.", at.seal([at.part("a", 5, role)], manifest={"kind": kind}))
    at = Bench("good/manifest-unknown-members")
    part = at.part("a", 5)
    described = {"role": part.role, "name": part.name, "byteLength": 5, "start": 0, "__proto__": {}}
    yield at.opens(
        "Unknown members of a manifest, and of a part in it, are ignored.",
        at.seal([part], manifest={"parts": [described], "x": 1, "policy": {"later": ["x"]}}),
    )


def _verified() -> Iterator[Scenario]:
    at = Bench("good/verify")
    yield at.verifies("success", "Verifying without a key.", at.seal([at.part("a", 5000)]))
    at = Bench("good/verify-with-keyring")
    signer = at.key("model")
    keyring = issue_keyring(at.root, {"modelKeys": [signer.public.hex()]})
    yield at.verifies("success", "Verifying without a key, with a keyring.", at.seal(signer=signer)).but(
        keyring=keyring.to_bytes()
    )
    at = Bench("good/verify-payload-not-sealed")
    sealed = at.seal_plain(b"neither a manifest nor parts")
    yield at.verifies("success", "Verifying doesn't decrypt, so what is inside doesn't matter.", sealed)
