"""Passwords: which are good enough, and that comparing takes the same work when there is nothing to compare with."""

import time

import pytest

from showcase.errors import DomainError
from showcase.services import passwords


@pytest.mark.parametrize(
    "password",
    ["short", "elevenchars", "password12345", "Olive@Northmere.gov.uk", "aaaaaaaaaaaaaaaa", "121212121212", "x" * 201],
)
def test_a_password_that_is_easy_to_guess_is_refused(password: str) -> None:
    with pytest.raises(DomainError):
        passwords.check(password, email="olive@northmere.gov.uk")


def test_a_good_password_passes_and_opens_alone() -> None:
    passwords.check("marble lantern orchard", email="olive@northmere.gov.uk")
    kept = passwords.hash_of("marble lantern orchard")
    assert kept.startswith("$argon2id$")
    assert passwords.is_right("marble lantern orchard", kept)
    assert not passwords.is_right("marble lantern orchards", kept)
    assert not passwords.is_right("there is no account", None)


def test_no_account_takes_as_long_as_a_wrong_password() -> None:
    kept = passwords.hash_of("marble lantern orchard")
    passwords.is_right("warm up", None)

    def fastest(against: str | None) -> float:
        times = []
        for _ in range(5):
            start = time.process_time()
            passwords.is_right("wrong password", against)
            times.append(time.process_time() - start)
        return min(times)

    assert 0.5 < fastest(None) / fastest(kept) < 2
