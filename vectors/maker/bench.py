"""A scenario's workbench: its own keys, and a vector that is good until something is changed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from reader.age_header import Stanza
from reader.encoding import sha256
from reader.envelope import FIXED_LENGTH
from reader.grant import FORMAT, PAYLOAD_MAGIC, document_digest, header_digest
from vector_file import Vector, part_line

from .age_writer import write_age, x25519_stanza
from .issue import Signed, issue_grant
from .keys import Recipient, SigningKey, derive
from .layout import Members, Part, json_bytes, lay_out, manifest_members
from .seal import Sealed, SealKeys, seal_payload

NOW = "2030-06-15T12:00:00Z"

Stanzas = Callable[[bytes], list[Stanza]]
"""The stanzas that wrap a file key."""


@dataclass(frozen=True)
class Scenario:
    path: str
    vector: Vector

    def but(self, **changes: Any) -> "Scenario":
        """With fields of the vector replaced."""
        return replace(self, vector=replace(self.vector, **changes))


class Bench:
    """Makes one scenario's files. Every byte derives from `path`."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.root = self.key("root")
        self.model = self.random("model", 16)
        self.recipient = Recipient(self.random("recipient", 32))

    def random(self, label: str, length: int) -> bytes:
        return derive(self.path, label, length)

    def key(self, label: str) -> SigningKey:
        return SigningKey(self.random(f"key {label}", 32))

    def part(self, name: str = "model.onnx", length: int = 50, role: str = "graph") -> Part:
        return Part(role, name, self.random(f"part {name}", length))

    def seal(
        self,
        parts: list[Part] | None = None,
        *,
        manifest: Members | None = None,
        text: bytes | None = None,
        payload_length: int | None = None,
        segment_size: int = 4096,
        signer: SigningKey | None = None,
        label: str = "seal",
        header: Members | None = None,
    ) -> Sealed:
        """A sealed model of `parts`, or of one small part.

        `manifest` changes the manifest's members and `text` replaces it whole;
        `header` changes the header's members.
        """
        parts = [self.part()] if parts is None else parts
        text = json_bytes(manifest_members(parts, manifest)) if text is None else text
        plain = lay_out(text, parts, segment_size, payload_length)
        sealed = self.seal_plain(plain, segment_size=segment_size, signer=signer, label=label, header=header)
        return replace(sealed, manifest=text, parts=parts)

    def seal_plain(
        self,
        plain: bytes,
        *,
        signer: SigningKey | None = None,
        label: str = "seal",
        segment_size: int = 4096,
        header: Members | None = None,
    ) -> Sealed:
        """A sealed model with this payload; `label` tells apart several seals of one scenario."""
        keys = SealKeys(
            content_key=self.random(f"{label} content key", 32),
            salt=self.random(f"{label} salt", 32),
            model=self.model,
            publisher=self.root.public,
            signer=signer or self.root,
        )
        return seal_payload(plain, keys, segment_size, header or {})

    def grant(
        self,
        sealed: Sealed,
        members: Members | None = None,
        *,
        terms: Members | None = None,
        document: bytes | None = None,
        signer: SigningKey | None = None,
        content_key: bytes | None = None,
        stanzas: Stanzas | None = None,
        wrapped: Callable[[bytes], bytes] = lambda payload: payload,
    ) -> Signed:
        """A grant of `sealed` for this bench's recipient.

        `members` and `terms` change its document and `document` replaces it;
        `stanzas` replaces whom age wraps for, and `wrapped` changes the 104 bytes.
        """
        signer = signer or self.root
        plain: Members = {
            "format": FORMAT,
            "model": self.model.hex(),
            "header": header_digest(sealed.document).hex(),
            "publisher": self.root.public.hex(),
            "signer": signer.public.hex(),
            "terms": {"evidence": "none", **(terms or {})},
        }
        document = json_bytes({**plain, **(members or {})}) if document is None else document
        secret = self.random("recipient secret", 32)
        payload = PAYLOAD_MAGIC + (content_key or sealed.content_key) + secret + document_digest(document)
        file_key = self.random("age file key", 16)
        wrap = (stanzas or self.to_recipient)(file_key)
        attachment = write_age(wrap, file_key, self.random("age nonce", 16), wrapped(payload))
        return issue_grant(document, attachment, signer)

    def to_recipient(self, file_key: bytes) -> list[Stanza]:
        return [self.stanza(file_key, self.recipient)]

    def stanza(self, file_key: bytes, recipient: Recipient) -> Stanza:
        ephemeral = self.random(f"age ephemeral {recipient.identity}", 32)
        return x25519_stanza(file_key, recipient.public, ephemeral)

    def opens(self, comment: str, sealed: Sealed, grant: Signed | None = None) -> Scenario:
        """Opening succeeds, and gives the manifest and parts that were sealed."""
        parts = [part_line(sha256(part.data), len(part.data), part.role, part.name) for part in sealed.parts]
        scenario = self.fails("success", comment, sealed, grant)
        return scenario.but(manifest=sha256(sealed.manifest).hex(), part=parts)

    def fails(
        self, code: str, comment: str, sealed: Sealed, grant: Signed | bytes | None = None, body: bytes | None = None
    ) -> Scenario:
        """Opening fails; `grant` is a good one and `body` the model's file unless given."""
        found = self.grant(sealed) if grant is None else grant
        vector = Vector(
            comment=comment,
            expect=code,
            body=sealed.to_bytes() if body is None else body,
            trust=[self.root.public.hex()],
            grant=found if isinstance(found, bytes) else found.to_bytes(),
            identity=[self.recipient.identity],
            now=NOW,
        )
        return Scenario(self.path, vector)

    def refuses_header(self, code: str, comment: str, sealed: Sealed, body: bytes | None = None) -> Scenario:
        """Verifying fails before the tables matter, so the file ends with the signature, to be small."""
        length = FIXED_LENGTH + len(sealed.document)
        return self.verifies(code, comment, sealed, (sealed.to_bytes() if body is None else body)[:length])

    def verifies(self, code: str, comment: str, sealed: Sealed, body: bytes | None = None) -> Scenario:
        """Verifying without a key."""
        return self.fails(code, comment, sealed, b"", body).but(operation="verify", grant=None, identity=[])
