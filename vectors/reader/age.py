"""Opening an age file with X25519 identities or a passphrase."""

import re
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import constant_time
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from . import age_keys, bech32, limits
from .age_header import Stanza, base64_decode, parse_header
from .fault import Fault, Malformed


@dataclass(frozen=True)
class Identities:
    """What a recipient offers: X25519 secrets, or a passphrase instead."""

    secrets: list[bytes] = field(default_factory=list)
    passphrase: str | None = None


def parse_identity(text: str) -> bytes:
    """The 32 secret bytes of an `AGE-SECRET-KEY-1...`."""
    try:
        if text != text.upper():
            raise Malformed("an identity is upper case")
        secret = bech32.decode("age-secret-key-", text.lower())
        if len(secret) != 32:
            raise Malformed("an identity has 32 bytes")
    except Malformed as error:
        raise Fault("identity-invalid", str(error)) from error
    return secret


def decrypt(data: bytes, identities: Identities) -> bytes:
    """Step 7: the plaintext. Raises Fault for the recipient's faults and Malformed for the file's."""
    header, position = parse_header(data)
    _check_stanzas(header.stanzas)
    file_key = _unwrap(header.stanzas, identities)
    mac = age_keys.header_mac(file_key, header.authenticated)
    if not constant_time.bytes_eq(mac, header.mac):
        raise Malformed("the age header's MAC")
    return _decrypt_payload(file_key, data[position:])


def _check_stanzas(stanzas: list[Stanza]) -> None:
    """The form of the stanzas that this reader knows, whichever it will use; it skips others."""
    for stanza in stanzas:
        if stanza.kind == "X25519":
            if len(stanza.arguments) != 1 or len(base64_decode(stanza.arguments[0].encode())) != 32:
                raise Malformed("an X25519 stanza's share")
        elif stanza.kind == "scrypt":
            if len(stanzas) != 1 or len(stanza.arguments) != 2:
                raise Malformed("a scrypt stanza beside others, or with the wrong arguments")
            if len(base64_decode(stanza.arguments[0].encode())) != 16:
                raise Malformed("a scrypt stanza's salt")
            if not re.fullmatch(r"[1-9][0-9]?", stanza.arguments[1]):
                raise Malformed("a scrypt stanza's work factor")
            if int(stanza.arguments[1]) > limits.SCRYPT_LOG_N_MOST:
                raise Malformed("a scrypt work factor over the limit")
        else:
            continue
        if len(stanza.body) != 32:
            raise Malformed("a stanza's wrapped key")


def _unwrap(stanzas: list[Stanza], identities: Identities) -> bytes:
    for_passphrase = stanzas[0].kind == "scrypt"
    if for_passphrase != (identities.passphrase is not None):
        raise Fault("identity-mismatch", "a passphrase or not")
    if identities.passphrase is not None:
        return _unwrap_scrypt(stanzas[0], identities.passphrase)
    for secret in identities.secrets:
        for stanza in stanzas:
            file_key = _unwrap_x25519(stanza, secret) if stanza.kind == "X25519" else None
            if file_key is not None:
                return file_key
    raise Fault("identity-mismatch", "no identity opens a stanza")


def _unwrap_scrypt(stanza: Stanza, passphrase: str) -> bytes:
    salt, log_n = base64_decode(stanza.arguments[0].encode()), int(stanza.arguments[1])
    key = age_keys.scrypt_wrap_key(passphrase, salt, log_n)
    try:
        return ChaCha20Poly1305(key).decrypt(age_keys.WRAP_NONCE, stanza.body, None)
    except InvalidTag as error:
        raise Fault("passphrase-wrong") from error


def _unwrap_x25519(stanza: Stanza, secret: bytes) -> bytes | None:
    private = X25519PrivateKey.from_private_bytes(secret)
    recipient = private.public_key().public_bytes_raw()
    share = base64_decode(stanza.arguments[0].encode())
    try:
        shared = private.exchange(X25519PublicKey.from_public_bytes(share))
    except ValueError as error:
        raise Malformed("an X25519 share of low order") from error
    key = age_keys.x25519_wrap_key(shared, share, recipient)
    try:
        return ChaCha20Poly1305(key).decrypt(age_keys.WRAP_NONCE, stanza.body, None)
    except InvalidTag:
        return None


def _decrypt_payload(file_key: bytes, data: bytes) -> bytes:
    if len(data) < 32:
        raise Malformed("the age payload is cut")
    cipher, data = age_keys.payload_cipher(file_key, data[:16]), data[16:]
    chunks = [data[i : i + age_keys.CHUNK + 16] for i in range(0, len(data), age_keys.CHUNK + 16)]
    if len(chunks) > 1 and len(chunks[-1]) == 16:
        raise Malformed("an empty last chunk")
    try:
        return b"".join(
            cipher.decrypt(age_keys.chunk_nonce(i, i == len(chunks) - 1), chunk, None) for i, chunk in enumerate(chunks)
        )
    except InvalidTag as error:
        raise Malformed("the age payload doesn't decrypt") from error
