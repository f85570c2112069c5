"""Passwords: which ones are good enough, and how they are kept (argon2id) and compared.

Comparing takes the same work whether or not there is anything to compare with, so that its time tells nobody which
accounts exist.
"""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from showcase.errors import DomainError

LEAST_LENGTH = 12
MOST_LENGTH = 200
"""Longer ones are refused: hashing takes time that grows with the length."""
# fmt: off
COMMON = frozenset((
    "123456789012", "1234567890123", "qwertyuiop12", "qwertyuiop123", "qwerty123456", "password1234",
    "password12345", "password123456", "passwordpassword", "iloveyou1234", "administrator", "administrator1",
    "changemechangeme", "changeme1234", "letmeinletmein", "letmein12345", "welcome12345", "welcome123456",
    "1q2w3e4r5t6y", "zaq12wsxcde3", "abcdefghijkl", "abcdefghijklm", "abc123abc123", "football1234",
    "liverpool1234", "superman1234", "sunshine1234", "princess1234", "manchester123", "correcthorsebatterystaple",
    "councilcouncil", "council12345", "showcase12345", "localgovernment",
))
# fmt: on
"""Passwords of enough length that people often choose."""

_hasher = PasswordHasher(time_cost=3, memory_cost=19 * 1024, parallelism=1)


def check(password: str, *, email: str) -> None:
    """Refuse a password that is easy to guess.

    Raises:
        DomainError: it is too short or too long, is the e-mail address, or is a common one.
    """
    plain = password.strip().casefold()
    if len(password) < LEAST_LENGTH:
        raise DomainError(f"Use a password of at least {LEAST_LENGTH} characters. Three unrelated words are a good one")
    if len(password) > MOST_LENGTH:
        raise DomainError(f"Use a password of at most {MOST_LENGTH} characters")
    if plain in {email.casefold(), email.split("@")[0].casefold()}:
        raise DomainError("Your password must not be your e-mail address")
    if plain in COMMON or len(set(plain)) < 5:
        raise DomainError("This password is easy to guess. Three unrelated words are a good one")


def hash_of(password: str) -> str:
    """Return what is kept of a password: argon2id in its encoded form. Takes about a tenth of a second."""
    return _hasher.hash(password)


def is_right(password: str, kept: str | None) -> bool:
    """Tell whether the password is the kept one; does the same work when nothing is kept."""
    try:
        return _hasher.verify(kept or _nothing(), password[:MOST_LENGTH]) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nothing() -> str:
    return _hasher.hash("there is no account")
