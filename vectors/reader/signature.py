"""Ed25519 as the spec wants it: S below the group order, points canonical, keys not of small order."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FIELD = 2**255 - 19
CURVE_D = -121665 * pow(121666, -1, FIELD) % FIELD
GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493


def _is_canonical_point(encoded: bytes) -> bool:
    """RFC 8032, 5.1.3: y below the field's prime, and no sign bit where x is zero."""
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    return y < FIELD and not (sign == 1 and y in (1, FIELD - 1))


def is_small_order(encoded: bytes) -> bool:
    """Whether eight times this point is the neutral one, (0, 1).

    -x^2 + y^2 = 1 + d x^2 y^2 is the curve. y is 1 for order 1, -1 for order 2 and 0
    for order 4. A point has order 8 when its double has y = 0, so when x^2 = -y^2,
    and the curve then says that d y^4 + 2 y^2 = 1.
    """
    y = int.from_bytes(encoded, "little") & (2**255 - 1)
    return y % FIELD in (0, 1, FIELD - 1) or (CURVE_D * y**4 + 2 * y**2 - 1) % FIELD == 0


def verifies(key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether `signature` (64 bytes) is `key`'s over `message`.

    OpenSSL, which does the arithmetic, checks the equation without the cofactor
    and refuses a large S. It accepts keys of small order, and some that aren't
    canonically encoded, so that is looked at first.
    """
    if not _is_canonical_point(key) or not _is_canonical_point(signature[:32]):
        return False
    if is_small_order(key):
        return False
    if int.from_bytes(signature[32:], "little") >= GROUP_ORDER:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
