"""The content key must be the one that the header commits to, under the header's own words."""

from collections.abc import Iterator

from ..bench import Bench, Scenario
from ..layout import Members

MISMATCH = "commitment-mismatch"


def scenarios() -> Iterator[Scenario]:
    at = Bench("commitment/other-content-key")
    sealed = at.seal()
    grant = at.grant(sealed, content_key=at.random("another content key", 32))
    yield at.fails(MISMATCH, "The grant has another content key.", sealed, grant)
    at = Bench("commitment/zero-content-key")
    sealed = at.seal()
    yield at.fails(MISMATCH, "The grant has a content key of zeros.", sealed, at.grant(sealed, content_key=bytes(32)))
    at = Bench("commitment/changed-and-signed")
    sealed = at.seal().edited({"commitment": at.random("another commitment", 32).hex()})
    yield at.fails(MISMATCH, "The commitment is changed and signed again.", sealed)
    at = Bench("commitment/salt-changed-and-signed")
    sealed = at.seal().edited({"salt": at.random("another salt", 32).hex()})
    yield at.fails(MISMATCH, "The salt is changed and signed again.", sealed)
    at = Bench("commitment/model-changed-and-signed")
    model = at.random("another model", 16).hex()
    sealed = at.seal().edited({"model": model})
    yield at.fails(MISMATCH, "The model's id is changed and signed again.", sealed, at.grant(sealed, {"model": model}))
    at = Bench("commitment/segment-size-changed-and-signed")
    sealed = at.seal().edited({"segmentSize": 8192})
    yield at.fails(MISMATCH, "The segment size is changed and signed again; there is one segment either way.", sealed)
    at = Bench("commitment/publisher-changed-and-signed")
    thief = at.key("thief")
    names: Members = {"publisher": thief.public.hex(), "signer": thief.public.hex()}
    sealed = at.seal(signer=thief).edited(names)
    grant = at.grant(sealed, {"publisher": thief.public.hex()}, signer=thief)
    made = at.fails(MISMATCH, "Somebody with the content key signs the file as their own.", sealed, grant)
    yield made.but(trust=[thief.public.hex()])
