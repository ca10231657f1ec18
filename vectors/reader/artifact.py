"""Artifacts under the cache policy `sealed`: keys, names and entries of spec/cache-policy.md."""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .brotli import decode_stored
from .encoding import hkdf, lp, padme, sha256
from .fault import Fault, Malformed
from .header import key_info

MAGIC = b"SRARTIF1"
LABEL_ROOT = "strongroom artifact root"
LABEL_NAME = "strongroom artifact name"
LABEL_KEY = "strongroom artifact key"
SALT_LENGTH = 32
TAG_LENGTH = 16
BODY_OFFSET = 16
ARTIFACT_MOST = 2**30
STORED, BROTLI = 0, 1


def artifact_root(
    content_key: bytes, recipient_secret: bytes, model: bytes, publisher: bytes, segment_size: int, salt: bytes
) -> bytes:
    return hkdf(content_key + recipient_secret, salt, key_info(LABEL_ROOT, model, publisher, segment_size))


def binding(form: str, origin: list[str]) -> bytes:
    """`origin` is model, commitment, engine, version, device, driver and key."""
    pieces = [piece.encode("utf-8") for piece in (f"strongroom {form} 1", *origin)]
    return sha256(*(f"{len(piece)}:".encode("ascii") + piece for piece in pieces))


def store_name(root: bytes, bound: bytes) -> str:
    return hkdf(root, b"", lp(LABEL_NAME) + bound).hex()


def entry_key(root: bytes, bound: bytes, salt: bytes) -> bytes:
    return hkdf(root, salt, lp(LABEL_KEY) + bound)


def open_entry(entry: bytes, root: bytes, bound: bytes) -> bytes:
    """The artifact; a Fault says why the entry is ignored."""
    sealed_length = len(entry) - len(MAGIC) - SALT_LENGTH - TAG_LENGTH
    if not BODY_OFFSET <= sealed_length <= padme(BODY_OFFSET + ARTIFACT_MOST):
        raise Fault("ignored-format", "its length")
    if padme(sealed_length) != sealed_length or entry[:7] != MAGIC[:7]:
        raise Fault("ignored-format", "its length or beginning")
    if entry[7] != MAGIC[7]:
        raise Fault("ignored-version", "its format")
    salt, sealed = entry[8:40], entry[40:]
    try:
        plain = AESGCM(entry_key(root, bound, salt)).decrypt(bytes(12), sealed, None)
    except InvalidTag as error:
        raise Fault("ignored-authenticity") from error
    return _artifact(plain)


def _artifact(plain: bytes) -> bytes:
    method, length = int.from_bytes(plain[:4], "little"), int.from_bytes(plain[4:8], "little")
    artifact_length = int.from_bytes(plain[8:16], "little")
    if length > len(plain) - BODY_OFFSET or artifact_length > ARTIFACT_MOST:
        raise Fault("ignored-format", "a length in it")
    body = plain[BODY_OFFSET : BODY_OFFSET + length]
    if method == STORED:
        if length != artifact_length:
            raise Fault("ignored-format", "two lengths")
        return body
    if method != BROTLI:
        raise Fault("ignored-version", f"method {method}")
    try:
        artifact = decode_stored(body)
    except Malformed as error:
        raise Fault("ignored-format", str(error)) from error
    if len(artifact) != artifact_length:
        raise Fault("ignored-format", "decodes to another length")
    return artifact
