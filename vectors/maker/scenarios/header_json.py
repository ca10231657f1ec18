"""Headers that are not strict JSON, all of them well signed."""

from collections.abc import Iterator

from ..bench import Bench, Scenario
from .good import nested

# What stands in place of the member "x": 0 of an otherwise good header.
MEMBERS: tuple[tuple[str, str, bytes], ...] = (
    ("duplicate", "Two members of one name.", b'"x":0,"x":0'),
    ("duplicate-required", "`release` twice, with one value.", b'"release":1'),
    ("duplicate-escaped", "`release` twice, once with an escape.", rb'"\u0072elease":1'),
    ("duplicate-deep", "Two members of one name, in an object in an array.", b'"x":[{"a":1,"b":2,"a":3}]'),
    ("duplicate-proto", "Two members called `__proto__`.", b'"__proto__":1,"__proto__":2'),
    ("duplicate-empty-name", "Two members whose name is empty.", b'"":1,"":2'),
    ("duplicate-surrogates", "One name as UTF-8 and as a surrogate pair.", '"🔐":1,"\\ud83d\\udd10":2'.encode()),
    ("utf8-invalid", "A byte that UTF-8 never has.", b'"x":"\xff"'),
    ("utf8-overlong", "An overlong form of `/`.", b'"x":"\xc0\xaf"'),
    ("utf8-surrogate", "A surrogate encoded in three bytes.", b'"x":"\xed\xa0\x80"'),
    ("utf8-cut", "A character cut short.", b'"x":"\xe2\x82"'),
    ("utf8-beyond", "A character beyond U+10FFFF.", b'"x":"\xf4\x90\x80\x80"'),
    ("surrogate-high", "A high surrogate alone, as an escape.", rb'"x":"\ud83d"'),
    ("surrogate-low", "A low surrogate alone, as an escape.", rb'"x":"\udd10a"'),
    ("surrogate-swapped", "A surrogate pair in the wrong order.", rb'"x":"\udd10\ud83d"'),
    ("surrogate-in-name", "A surrogate alone in a name.", rb'"\ud83d":0'),
    ("number-fraction", "A number with a fraction that is zero.", b'"x":1.0'),
    ("number-exponent", "A number with an exponent.", b'"x":1e2'),
    ("number-negative-zero", "Negative zero.", b'"x":-0'),
    ("number-leading-zero", "A leading zero.", b'"x":01'),
    ("number-plus", "A plus sign.", b'"x":+1'),
    ("number-2-53", "2^53.", b'"x":9007199254740992'),
    ("number-minus-2-53", "-2^53.", b'"x":-9007199254740992'),
    ("number-long", "An integer of 400 digits.", b'"x":1' + b"0" * 399),
    ("number-hex", "A hexadecimal number.", b'"x":0x10'),
    ("number-nan", "NaN.", b'"x":NaN'),
    ("word", "A word that JSON doesn't have.", b'"x":undefined'),
    ("word-case", "`True` with a capital.", b'"x":True'),
    ("comment", "A comment.", b'"x":0/* why */'),
    ("comma-trailing", "A comma after the last element.", b'"x":[0,]'),
    ("comma-double", "Two commas.", b'"x":0,,"y":0'),
    ("quotes-single", "Single quotes.", b"\"x\":'a'"),
    ("control-character", "A tab within a string.", b'"x":"\t"'),
    ("escape-unknown", "An escape that JSON doesn't have.", rb'"x":"\x41"'),
    ("escape-short", "An escape of three digits.", rb'"x":"\u041"'),
    ("nested-17", "Seventeen levels of nesting.", b'"x":' + b"[" * 16 + b"]" * 16),
    ("nested-thousands", "Thousands of levels, never closed.", b'"x":' + b"[" * 5_000),
    ("white-space-form-feed", "A form feed between tokens.", b'"x":\x0c0'),
    ("white-space-no-break", "A no-break space between tokens.", '"x":\u00a00'.encode()),
)


def scenarios() -> Iterator[Scenario]:
    for name, comment, text in MEMBERS:
        at = Bench(f"json/{name}")
        sealed = at.seal(header={"x": 0})
        yield at.refuses_header("header-invalid", comment, sealed.signed(sealed.document.replace(b'"x":0', text)))
    for name, comment, before, after in (
        ("byte-order-mark", "A byte-order mark before the header.", b"\xef\xbb\xbf", b""),
        ("text-after", "A second object after the header.", b"", b"{}"),
        ("zero-after", "A zero byte after the header.", b"", b"\x00"),
        ("array-around", "The top is an array.", b"[", b"]"),
    ):
        at = Bench(f"json/{name}")
        sealed = at.seal()
        yield at.refuses_header("header-invalid", comment, sealed.signed(before + sealed.document + after))
    for name, comment, text in (
        ("only-white-space", "Only white space.", b"  \n"),
        ("top-null", "The top is null.", b"null"),
        ("top-string", "The top is a string.", b'"strongroom-model/1-draft"'),
        ("utf-16", "UTF-16.", '{"format":"strongroom-model/1-draft"}'.encode("utf-16-le")),
        ("empty-object", "No members.", b"{}"),
    ):
        at = Bench(f"json/{name}")
        yield at.refuses_header("header-invalid", comment, at.seal().signed(text))
    at = Bench("json/nested-names-are-not-duplicates")
    sealed = at.seal(header={"x": {"x": {"x": [{"x": 1}, {"x": 1}]}, "release": 5}})
    yield at.opens("One name in several objects is not a duplicate.", sealed)
    at = Bench("json/nested-16-depths-apart")
    yield at.opens("Many arrays beside each other are not deep.", at.seal(header={"x": [nested(14)] * 40}))
