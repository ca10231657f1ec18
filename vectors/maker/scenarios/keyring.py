"""Keyrings: rotation, rights, revocation, expiry and rollback."""

from collections.abc import Iterator

from ..bench import Bench, Scenario
from ..issue import Signed, issue_keyring
from ..layout import Members


class KeyringBench(Bench):
    """A bench whose models and grants are signed by keys of a keyring."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.model_key = self.key("model")
        self.grant_key = self.key("grant")
        self.model_hex = self.model_key.public.hex()
        self.grant_hex = self.grant_key.public.hex()

    def keyring(self, changes: Members | None = None) -> Signed:
        lists: Members = {"modelKeys": [self.model_hex], "grantKeys": [self.grant_hex]}
        return issue_keyring(self.root, {**lists, **(changes or {})})

    def keyed(self, code: str, comment: str, keyring: Signed | bytes) -> Scenario:
        """Opening, with this keyring."""
        sealed = self.seal(signer=self.model_key)
        grant = self.grant(sealed, signer=self.grant_key)
        made = self.opens(comment, sealed, grant) if code == "success" else self.fails(code, comment, sealed, grant)
        return made.but(keyring=keyring if isinstance(keyring, bytes) else keyring.to_bytes())

    def keyed_header(self, code: str, comment: str, keyring: Signed | bytes) -> Scenario:
        """The header is refused, with this keyring."""
        made = self.refuses_header(code, comment, self.seal(signer=self.model_key))
        return made.but(keyring=keyring if isinstance(keyring, bytes) else keyring.to_bytes())


def scenarios() -> Iterator[Scenario]:
    yield from _good()
    yield from _rights()
    yield from _time_and_version()


def _good() -> Iterator[Scenario]:
    at = KeyringBench("keyring/good")
    yield at.keyed("success", "One key for models and one for grants.", at.keyring())
    at = KeyringBench("keyring/rotated")
    lists = {
        "modelKeys": [at.key("old").public.hex(), at.model_hex],
        "revoked": [at.key("older").public.hex()],
        "version": 4,
    }
    yield at.keyed("success", "An old key, the key that signed, and a revoked one.", at.keyring(lists))
    at = KeyringBench("keyring/unknown-members")
    yield at.keyed("success", "Unknown members are ignored.", at.keyring({"x": {"revoked": [at.model_hex]}}))
    at = KeyringBench("keyring/root-listed")
    keyring = issue_keyring(at.root, {"modelKeys": [at.root.public.hex()], "grantKeys": [at.root.public.hex()]})
    yield at.opens("The root key in its own lists.", at.seal()).but(keyring=keyring.to_bytes())
    at = KeyringBench("keyring/one-key-for-both")
    keyring = at.keyring({"modelKeys": [at.model_hex], "grantKeys": [at.model_hex]})
    sealed = at.seal(signer=at.model_key)
    grant = at.grant(sealed, signer=at.model_key)
    yield at.opens("One key for models and grants.", sealed, grant).but(keyring=keyring.to_bytes())
    at = KeyringBench("keyring/keys-twice")
    lists = {
        "modelKeys": [at.model_hex] * 2,
        "grantKeys": [at.grant_hex] * 2,
        "revoked": [at.key("old").public.hex()] * 2,
    }
    yield at.keyed("success", "Listing a key twice changes nothing.", at.keyring(lists))
    at = KeyringBench("keyring/key-not-a-point-beside")
    no_point = (2).to_bytes(32, "little").hex()
    lists = {"modelKeys": [no_point, at.model_hex], "grantKeys": [at.grant_hex, no_point], "revoked": [no_point]}
    yield at.keyed("success", "32 bytes that are no point, listed beside the keys that signed.", at.keyring(lists))
    at = KeyringBench("keyring/root-revoked")
    keyring = at.keyring({"revoked": [at.root.public.hex()]})
    yield at.keyed("success", "A keyring can't revoke the root key that signed it.", keyring)


def _rights() -> Iterator[Scenario]:
    at = KeyringBench("keyring/model-key-revoked")
    yield at.keyed_header(
        "key-revoked", "The header's key is listed, and revoked.", at.keyring({"revoked": [at.model_hex]})
    )
    at = KeyringBench("keyring/model-key-revoked-unlisted")
    keyring = at.keyring({"modelKeys": [], "revoked": [at.model_hex]})
    yield at.keyed_header("key-revoked", "The header's key is revoked, and no longer listed.", keyring)
    at = KeyringBench("keyring/model-key-unlisted")
    yield at.keyed_header("key-not-authorised", "The header's key is in no list.", at.keyring({"modelKeys": []}))
    at = KeyringBench("keyring/grant-key-signs-model")
    keyring = at.keyring({"modelKeys": [], "grantKeys": [at.model_hex, at.grant_hex]})
    yield at.keyed_header("key-not-authorised", "The header's key may only sign grants.", keyring)
    at = KeyringBench("keyring/model-key-signs-grant")
    keyring = at.keyring({"modelKeys": [at.model_hex, at.grant_hex], "grantKeys": []})
    yield at.keyed("key-not-authorised", "The grant's key may only sign models.", keyring)
    at = KeyringBench("keyring/grant-key-revoked")
    yield at.keyed("key-revoked", "The grant's key is listed, and revoked.", at.keyring({"revoked": [at.grant_hex]}))
    at = KeyringBench("keyring/grant-key-revoked-verify")
    made = at.verifies("success", "A revoked grant key is nothing to a model.", at.seal(signer=at.model_key))
    yield made.but(keyring=at.keyring({"revoked": [at.grant_hex]}).to_bytes())
    at = KeyringBench("keyring/root-unlisted")
    made = at.refuses_header(
        "key-not-authorised", "With a keyring, the root key has only the rights of the lists.", at.seal()
    )
    yield made.but(keyring=at.keyring().to_bytes())
    at = KeyringBench("keyring/root-signs-grant")
    sealed = at.seal(signer=at.model_key)
    made = at.fails("key-not-authorised", "The root key, in no list, signs a grant.", sealed, at.grant(sealed))
    yield made.but(keyring=at.keyring().to_bytes())
    at = KeyringBench("keyring/root-listed-and-revoked")
    root = at.root.public.hex()
    made = at.refuses_header("key-revoked", "The root key signs the header; its keyring revokes it.", at.seal())
    yield made.but(keyring=at.keyring({"modelKeys": [root], "revoked": [root]}).to_bytes())


def _time_and_version() -> Iterator[Scenario]:
    for second, code in ((59, "success"), (0, "keyring-expired"), (1, "keyring-expired")):
        at = KeyringBench(f"keyring/expires-second-{second}")
        now = f"2030-12-31T23:59:{second}Z" if second == 59 else f"2031-01-01T00:00:0{second}Z"
        keyed = at.keyed if code == "success" else at.keyed_header
        yield keyed(code, "A keyring that expires at 2031-01-01T00:00:00Z.", at.keyring()).but(now=now)
    for least, code in ((2, "success"), (3, "success"), (4, "keyring-rollback")):
        at = KeyringBench(f"keyring/version-3-least-{least}")
        comment = f"A keyring of version 3 for an app that has seen version {least}."
        keyed = at.keyed if code == "success" else at.keyed_header
        yield keyed(code, comment, at.keyring()).but(least_keyring_version=least)
    at = KeyringBench("keyring/version-most")
    most = 2**53 - 1
    yield at.keyed("success", "Version 2^53 - 1, and no less will do.", at.keyring({"version": most})).but(
        least_keyring_version=most
    )
    at = KeyringBench("keyring/none-least-1")
    made = at.refuses_header("keyring-rollback", "An app that has seen version 1, and no keyring.", at.seal())
    yield made.but(least_keyring_version=1)
