"""Grants and keyrings in pieces."""

import json
from dataclasses import dataclass, replace

from reader import envelope, keyring
from reader.encoding import u32

from .keys import SigningKey
from .layout import Members, json_bytes


@dataclass(frozen=True)
class Signed:
    """A grant or a keyring: an envelope with its attachment."""

    magic: bytes
    label: str
    document: bytes
    signature: bytes
    attachment: bytes
    signer: SigningKey

    def to_bytes(self) -> bytes:
        return self.magic + u32(len(self.document)) + self.document + self.signature + self.attachment

    def signed(
        self, document: bytes | None = None, attachment: bytes | None = None, label: str | None = None
    ) -> "Signed":
        """With another document or attachment, or under another label, signed again."""
        document = self.document if document is None else document
        attachment = self.attachment if attachment is None else attachment
        message = envelope.signed_message(label or self.label, document, attachment)
        return replace(self, document=document, attachment=attachment, signature=self.signer.sign(message))

    def edited(self, changes: Members, drop: tuple[str, ...] = ()) -> "Signed":
        """With members changed or dropped, signed again; what age wraps stays as it is."""
        members = {name: value for name, value in json.loads(self.document).items() if name not in drop}
        return self.signed(json_bytes({**members, **changes}))

    def signed_by(self, signer: SigningKey) -> "Signed":
        return replace(self, signer=signer).signed()


def issue_grant(document: bytes, attachment: bytes, signer: SigningKey) -> Signed:
    return Signed(envelope.MAGIC_GRANT, envelope.LABEL_GRANT, document, b"", attachment, signer).signed()


def issue_keyring(root: SigningKey, changes: Members) -> Signed:
    """A keyring that lists no keys, with members changed."""
    members: Members = {
        "format": keyring.FORMAT,
        "publisher": root.public.hex(),
        "version": 3,
        "expires": "2031-01-01T00:00:00Z",
        "modelKeys": [],
        "grantKeys": [],
        "revoked": [],
    }
    document = json_bytes({**members, **changes})
    return Signed(envelope.MAGIC_KEYRING, envelope.LABEL_KEYRING, document, b"", b"", root).signed()
