"""The table of who may do what, as it is shown to people: on a page for staff and by `showcase permissions`."""

from collections.abc import Sequence
from dataclasses import dataclass

from showcase.policies import TABLE


@dataclass(frozen=True)
class Line:
    """One permission in words."""

    permission: str
    """Its name, such as "challenge:create"."""
    words: str
    """Its name in words, such as "Challenge: create"."""
    allowed_when: Sequence[str]
    """The ways in which a person may be allowed to: any one of them is enough."""


def table() -> list[Line]:
    """Return every permission with its rule, in the order of the table that decides."""
    return [
        Line(
            permission.value,
            permission.value.replace(":", ": ").replace("_", " ").capitalize(),
            [_sentence(words) for words in rule.alternatives],
        )
        for permission, rule in TABLE.items()
    ]


def _sentence(words: str) -> str:
    return words if words == "anyone" or words.startswith("it ") else f"the person {words}"
