"""Secrets that must be readable to be used: kept in the database under a key that stands outside it.

The key is derived from `SECRET_KEY`, so that a copy of the database or a backup alone gives nobody's codes and no
provider's secret. With another `SECRET_KEY` what was locked is lost: it is set up again.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from showcase.errors import DomainError
from showcase.extensions import settings

_PURPOSE = b"showcase: secrets kept in the database"


def lock(secret: str) -> str:
    """Return a secret as it is kept: authenticated encryption (Fernet), about twice as long."""
    return _box().encrypt(secret.encode()).decode()


def unlock(kept: str) -> str:
    """Return the secret that `lock` was given.

    Raises:
        DomainError: it was locked with another key, or changed.
    """
    try:
        return _box().decrypt(kept.encode()).decode()
    except InvalidToken:
        raise DomainError("This was set up under another key of the service: it has to be set up again") from None


def _box() -> Fernet:
    key = HKDF(SHA256(), 32, salt=None, info=_PURPOSE).derive(settings().secret_key.encode())
    return Fernet(base64.urlsafe_b64encode(key))
