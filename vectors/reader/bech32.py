"""Bech32 (BIP 173, without its length limit), as age writes its keys."""

from .fault import Malformed

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def _polymod(values: list[int]) -> int:
    checksum = 1
    for value in values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATOR):
            checksum ^= generator if top >> bit & 1 else 0
    return checksum


def _expand(prefix: str) -> list[int]:
    return [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]


def encode(prefix: str, data: bytes) -> str:
    """Lower case: `prefix`, 1, data, checksum."""
    bits = "".join(f"{byte:08b}" for byte in data)
    bits += "0" * (-len(bits) % 5)
    words = [int(bits[i : i + 5], 2) for i in range(0, len(bits), 5)]
    checksum = _polymod(_expand(prefix) + words + [0] * 6) ^ 1
    words += [checksum >> 5 * (5 - i) & 31 for i in range(6)]
    return prefix + "1" + "".join(_ALPHABET[word] for word in words)


def decode(prefix: str, text: str) -> bytes:
    """The data of a lower-case text with this prefix."""
    if not text.startswith(prefix + "1") or any(letter not in _ALPHABET for letter in text[len(prefix) + 1 :]):
        raise Malformed("not bech32 with the expected prefix")
    words = [_ALPHABET.index(letter) for letter in text[len(prefix) + 1 :]]
    if len(words) < 6 or _polymod(_expand(prefix) + words) != 1:
        raise Malformed("a wrong bech32 checksum")
    bits = "".join(f"{word:05b}" for word in words[:-6])
    whole = len(bits) // 8 * 8
    if len(bits) - whole > 4 or "1" in bits[whole:]:
        raise Malformed("bech32 padding")
    return bytes(int(bits[i : i + 8], 2) for i in range(0, whole, 8))
