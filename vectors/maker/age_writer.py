"""Writes age files, from the stanzas up so that a scenario can choose odd ones."""

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from reader import age_keys
from reader.age_header import VERSION_LINE, Stanza, base64_encode, write_stanza

LOG_N = 10
"""A low scrypt work factor: these passphrases protect nothing."""


def _wrap(key: bytes, file_key: bytes) -> bytes:
    return ChaCha20Poly1305(key).encrypt(age_keys.WRAP_NONCE, file_key, None)


def x25519_stanza(file_key: bytes, recipient: bytes, ephemeral: bytes) -> Stanza:
    private = X25519PrivateKey.from_private_bytes(ephemeral)
    share = private.public_key().public_bytes_raw()
    shared = private.exchange(X25519PublicKey.from_public_bytes(recipient))
    key = age_keys.x25519_wrap_key(shared, share, recipient)
    return Stanza("X25519", [base64_encode(share).decode()], _wrap(key, file_key))


def scrypt_stanza(file_key: bytes, passphrase: str, salt: bytes, log_n: int = LOG_N) -> Stanza:
    key = age_keys.scrypt_wrap_key(passphrase, salt, log_n)
    return Stanza("scrypt", [base64_encode(salt).decode(), str(log_n)], _wrap(key, file_key))


def write_age(stanzas: list[Stanza], file_key: bytes, nonce: bytes, plain: bytes) -> bytes:
    """A whole age file; `plain` is at most one chunk."""
    authenticated = VERSION_LINE + b"".join(write_stanza(stanza) for stanza in stanzas) + b"---"
    mac = base64_encode(age_keys.header_mac(file_key, authenticated))
    payload = age_keys.payload_cipher(file_key, nonce).encrypt(age_keys.chunk_nonce(0, True), plain, None)
    return authenticated + b" " + mac + b"\n" + nonce + payload


def grease(length: int) -> Stanza:
    """A stanza of a kind that nobody knows."""
    return Stanza("strongroom-test-grease", ["a", "!~"], bytes(length))


def filler(others: list[Stanza], length: int) -> Stanza:
    """A stanza that, before `others`, makes an age file of 104 bytes plaintext `length` bytes long."""
    frame = len(write_age(others, bytes(16), bytes(16), bytes(104)))
    short = length - frame - len(write_stanza(Stanza("filler", ["x"], b"")))
    return Stanza("filler", ["x" * (1 + short % 65)], bytes(48 * (short // 65)))
