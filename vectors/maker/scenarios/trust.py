"""Who is pinned, and who signs, without a keyring."""

from collections.abc import Iterator

from ..bench import Bench, Scenario


def scenarios() -> Iterator[Scenario]:
    at = Bench("trust/none-pinned")
    yield at.refuses_header("trust-missing", "No publisher is pinned.", at.seal()).but(trust=[])
    at = Bench("trust/none-pinned-verify")
    yield at.verifies("trust-missing", "Verifying needs a pinned publisher too.", at.seal()).but(trust=[])
    at = Bench("trust/other-pinned")
    yield at.refuses_header("publisher-unknown", "Another publisher is pinned.", at.seal()).but(
        trust=[at.key("other").public.hex()]
    )
    at = Bench("trust/signer-pinned")
    signer = at.key("signer")
    yield at.refuses_header(
        "publisher-unknown", "The signer is pinned, the publisher isn't.", at.seal(signer=signer)
    ).but(trust=[signer.public.hex()])
    at = Bench("trust/publisher-changed")
    attacker = at.key("attacker")
    names = {"publisher": attacker.public.hex(), "signer": attacker.public.hex()}
    yield at.fails(
        "publisher-unknown",
        "Sealed and signed by somebody else in their own name.",
        at.seal(signer=attacker, header=names),
    )
    at = Bench("trust/signer-not-publisher")
    signer = at.key("signer")
    yield at.refuses_header(
        "key-not-authorised", "Without a keyring only the root key may sign.", at.seal(signer=signer)
    )
    at = Bench("trust/signer-another-pin")
    signer = at.key("signer")
    yield at.refuses_header(
        "key-not-authorised", "Signed by a key that is pinned as another publisher.", at.seal(signer=signer)
    ).but(trust=[at.root.public.hex(), signer.public.hex()])
