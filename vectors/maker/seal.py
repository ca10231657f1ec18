"""Sealed models in pieces, so that a scenario can change one and put them together again."""

import json
from dataclasses import dataclass, field, replace

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from reader import envelope
from reader.encoding import hkdf, round_up, u32
from reader.header import FORMAT, SUITE, key_info
from reader.opening import LABEL_COMMITMENT, LABEL_PAYLOAD_KEY, segment_nonce
from reader.sealed_file import segment_digest, tables_digest

from .keys import SigningKey
from .layout import Members, Part, json_bytes


@dataclass(frozen=True)
class Sealed:
    document: bytes
    signature: bytes
    tags: list[bytes]
    digests: list[bytes]
    segments: list[bytes]
    signer: SigningKey
    content_key: bytes
    manifest: bytes = b""
    parts: list[Part] = field(default_factory=list)
    zeros: bytes | None = None
    """The bytes between tables and payload, when they aren't the right number of zero bytes."""

    @property
    def members(self) -> dict[str, object]:
        members: dict[str, object] = json.loads(self.document)
        return members

    @property
    def tables_end(self) -> int:
        return envelope.FIXED_LENGTH + len(self.document) + 48 * len(self.tags)

    @property
    def payload_offset(self) -> int:
        return round_up(self.tables_end, 4096)

    def to_bytes(self) -> bytes:
        zeros = bytes(self.payload_offset - self.tables_end) if self.zeros is None else self.zeros
        head = envelope.MAGIC_MODEL + u32(len(self.document)) + self.document + self.signature
        return head + b"".join([*self.tags, *self.digests, zeros, *self.segments])

    def signed(self, document: bytes, label: str = envelope.LABEL_MODEL, signer: SigningKey | None = None) -> "Sealed":
        """With this header, signed."""
        message = envelope.signed_message(label, document, b"")
        return replace(self, document=document, signature=(signer or self.signer).sign(message))

    def edited(self, changes: Members, drop: tuple[str, ...] = ()) -> "Sealed":
        """With header members changed or dropped, and signed again."""
        members = {name: value for name, value in self.members.items() if name not in drop}
        return self.signed(json_bytes({**members, **changes}))

    def with_tables(
        self,
        tags: list[bytes] | None = None,
        digests: list[bytes] | None = None,
        segments: list[bytes] | None = None,
    ) -> "Sealed":
        """With these tables or segments; nothing that depends on them is made again."""
        return replace(
            self, tags=tags or self.tags, digests=digests or self.digests, segments=segments or self.segments
        )

    def retabled(self) -> "Sealed":
        """With the header's `tables` for the tables as they are, signed again."""
        return self.edited({"tables": tables_digest(self.tags, self.digests).hex()})

    def redigested(self) -> "Sealed":
        """With digests for the segments and tags as they are, then as `retabled`."""
        pairs = zip(self.segments, self.tags)
        digests = [segment_digest(index, segment, tag) for index, (segment, tag) in enumerate(pairs)]
        return self.with_tables(digests=digests).retabled()


@dataclass(frozen=True)
class SealKeys:
    """What a seal needs besides the plaintext."""

    content_key: bytes
    salt: bytes
    model: bytes
    publisher: bytes
    signer: SigningKey


def seal_payload(plain: bytes, keys: SealKeys, segment_size: int, changes: Members) -> Sealed:
    """Seals a plaintext payload whose length is P; `changes` are members added to the header."""

    def derived(label: str) -> bytes:
        return hkdf(keys.content_key, keys.salt, key_info(label, keys.model, keys.publisher, segment_size))

    cipher = AESGCM(derived(LABEL_PAYLOAD_KEY))
    pieces = [plain[i : i + segment_size] for i in range(0, len(plain), segment_size)]
    sealed = [cipher.encrypt(segment_nonce(i, i == len(pieces) - 1), piece, None) for i, piece in enumerate(pieces)]
    segments, tags = [item[:-16] for item in sealed], [item[-16:] for item in sealed]
    members: Members = {
        "format": FORMAT,
        "suite": SUITE,
        "model": keys.model.hex(),
        "release": 1,
        "publisher": keys.publisher.hex(),
        "signer": keys.signer.public.hex(),
        "segmentSize": segment_size,
        "payloadLength": len(plain),
        "salt": keys.salt.hex(),
        "commitment": derived(LABEL_COMMITMENT).hex(),
        "tables": "",
    }
    empty = Sealed(json_bytes({**members, **changes}), b"", tags, [], segments, keys.signer, keys.content_key)
    return empty.redigested()
