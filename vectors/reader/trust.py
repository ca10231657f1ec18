"""Who may sign: the app's pinned publishers, and the keyring that it chose for one."""

from dataclasses import dataclass, field
from datetime import datetime

from .fault import Fault
from .keyring import Keyring, read_keyring


@dataclass(frozen=True)
class Trust:
    """What the app brings."""

    now: datetime
    publishers: list[bytes] = field(default_factory=list)
    keyring: bytes | None = None
    least_keyring_version: int = 0
    """0 demands none."""

    def rights(self, publisher: bytes) -> "Rights":
        """Step 4 of reading, up to the signer."""
        if not self.publishers:
            raise Fault("trust-missing")
        if publisher not in self.publishers:
            raise Fault("publisher-unknown")
        if self.keyring is None:
            if self.least_keyring_version > 0:
                raise Fault("keyring-rollback", "no keyring at all")
            return Rights(publisher, None)
        keyring = read_keyring(self.keyring, publisher)
        if self.now >= keyring.expires:
            raise Fault("keyring-expired")
        if keyring.version < self.least_keyring_version:
            raise Fault("keyring-rollback")
        return Rights(publisher, keyring)


@dataclass(frozen=True)
class Rights:
    """Which keys may sign for one publisher."""

    publisher: bytes
    keyring: Keyring | None

    def check_model_key(self, signer: bytes) -> None:
        self._check(signer, [self.publisher] if self.keyring is None else self.keyring.model_keys)

    def check_grant_key(self, signer: bytes) -> None:
        self._check(signer, [self.publisher] if self.keyring is None else self.keyring.grant_keys)

    def _check(self, signer: bytes, allowed: list[bytes]) -> None:
        if self.keyring is not None and signer in self.keyring.revoked:
            raise Fault("key-revoked")
        if signer not in allowed:
            raise Fault("key-not-authorised")
