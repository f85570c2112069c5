"""Passwords: which ones are good enough, and how they are kept (argon2id) and compared.

Comparing takes the same work whether or not there is anything to compare with, so that its time tells nobody which
accounts exist.
"""

import hashlib
import logging
import re
import threading
from collections.abc import Sequence
from functools import cache

import requests
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from showcase.errors import DomainError
from showcase.extensions import settings

LEAST_LENGTH = 12
MOST_LENGTH = 200
"""Longer ones are refused: hashing takes time that grows with the length."""
READ = 72
"""Characters of a password that are looked at for how easy it is to guess; what follows only makes it harder."""
FEWEST_GUESSES = 10
"""Power of ten of the guesses that it must take: nine years of one processor at what our hash costs."""
OWN_WORDS = ("showcase", "council", "local government", "lga", "technology", "innovation", "supplier", "challenge")
"""Words that people of this service would think of first."""
BREACHED_SECONDS = 3.0
log = logging.getLogger("showcase")
_guessing = threading.Lock()
"""The library keeps one's own words where another thread would find them."""
_hasher = PasswordHasher(time_cost=3, memory_cost=19 * 1024, parallelism=1)
"""OWASP's least memory with one more pass: 0.03 s of a processor. Argon2's default takes five times as long, so that
two hundred people who sign in as a showcase begins kept everyone else waiting (bench/load.md)."""


def check(password: str, *, email: str, name: str = "") -> None:
    """Refuse a password that is easy to guess, or known from a breach where a list of these is named.

    Raises:
        DomainError: it is too short or too long, is the e-mail address, is easy to guess, or was breached.
    """
    plain = password.strip().casefold()
    if len(password) < LEAST_LENGTH:
        raise DomainError(f"Use a password of at least {LEAST_LENGTH} characters. Three unrelated words are a good one")
    if len(password) > MOST_LENGTH:
        raise DomainError(f"Use a password of at most {MOST_LENGTH} characters")
    if plain in {email.casefold(), email.split("@")[0].casefold()}:
        raise DomainError("Your password must not be your e-mail address")
    if _guesses(password, [email, *re.split(r"\W+", email), *name.split(), *OWN_WORDS]) < FEWEST_GUESSES:
        raise DomainError("This password is easy to guess. Three unrelated words are a good one")
    if _is_breached(password):
        raise DomainError("This password is known from a breach of another service. Choose one you use nowhere else")


def _guesses(password: str, own_words: Sequence[str]) -> float:
    """Return the power of ten of the guesses it takes: 30,000 common passwords, words, names, keys and dates are tried.

    Wheeler, zxcvbn: low-budget password strength estimation, USENIX Security 2016.
    """
    from zxcvbn import zxcvbn  # type: ignore[import-untyped]  # imported late: its lists are 10 MB

    with _guessing:
        return float(zxcvbn(password[:READ], [word for word in own_words if word], max_length=READ)["guesses_log10"])


def _is_breached(password: str) -> bool:
    """Ask the list at `BREACHED_PASSWORDS_URL` whether it holds a password, of which it learns five digits of a hash.

    The list speaks as that of Have I Been Pwned does (/range/ and the first five digits of the SHA-1). Without a list,
    or where it does not answer, none is known to be breached: people must be able to choose a password all the same.
    """
    url = settings().breached_passwords_url
    if url is None:
        return False
    digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()
    headers = {"Add-Padding": "true"}  # so that the length of the answer tells nothing
    try:
        answer = requests.get(
            f"{url}/range/{digest[:5]}", headers=headers, timeout=BREACHED_SECONDS, allow_redirects=False
        )
        answer.raise_for_status()
    except requests.RequestException as error:
        log.warning("the list of breached passwords does not answer: %s", type(error).__name__)
        return False
    found = dict(line.strip().partition(":")[::2] for line in answer.text.splitlines())
    return found.get(digest[5:], "0") != "0"


def hash_of(password: str) -> str:
    """Return what is kept of a password: argon2id in its encoded form. Takes a thirtieth of a second."""
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
