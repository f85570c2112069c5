"""The words of a question: within limits, without what tells who asks, and only ever shortened by others."""

import re

import sqlalchemy as sa

from showcase.errors import DomainError, NotAllowed
from showcase.extensions import db
from showcase.models import Account, Membership, Organisation, Solution, Supplier
from showcase.models.engagement import QUESTION_WORDS
from showcase.models.questions import count_words
from showcase.policies import Actor

REMOVED = "[removed]"
"""What may be put in place of words that were taken out."""
TELLS = re.compile(
    r"@|https?://|www\.|\b(?:[\w-]+\.)+(?:com|org|net|uk|io|ai|eu)\b|(?:\+44|\b0)(?:[\s()-]*\d){9,}", re.IGNORECASE
)
"""What tells who writes, whatever their name: e-mail and web addresses, telephone numbers."""
CORPORATE = {"ltd", "limited", "plc", "llp", "cic", "the", "and", "uk"}


def refuse_names(wording: str, *, by: Actor) -> None:
    """Refuse a question with an address, a telephone number, or a name of the firm, its people or its solutions.

    Raises:
        DomainError: it has one; the words say which.
    """
    found = TELLS.search(wording)
    words = found.group() if found else next((n for n in _own_names(by) if _holds(wording, n)), None)
    if words is not None:
        raise DomainError(
            f"“{words}” would tell everyone who asks. Take it out: the council and other suppliers read the question "
            "without your name."
        )


def _own_names(by: Actor) -> list[str]:
    firm = db.session.get_one(Organisation, by.organisation_id)
    if not isinstance(firm, Supplier):
        raise NotAllowed
    solutions = db.session.scalars(sa.select(Solution.title).where(Solution.organisation_id == firm.id))
    people = db.session.scalars(sa.select(Account.name).join(Membership).where(Membership.organisation_id == firm.id))
    words = [word for word in re.findall(r"\w+", firm.name) if word.lower() not in CORPORATE]
    host = re.sub(r"^(https?://)?(www\.)?", "", firm.website or "").split("/")[0]
    facts = (firm.name, " ".join(words), host, firm.companies_house_number, firm.ppon)
    return [name for name in (*facts, *solutions, *people) if name and len(name) > 2]


def _holds(text: str, name: str) -> bool:
    """Tell whether a text says a name as whole words, whatever the case and spacing."""
    pattern = r"[\s\W_]*".join(re.escape(word) for word in re.findall(r"\w+", name))
    return bool(pattern) and re.search(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE) is not None


def is_cut(new: str, old: str) -> bool:
    """Tell whether a text is another one with words taken out, `REMOVED` aside."""
    kept = iter(re.findall(r"\w+", old))
    return all(word in kept for word in re.findall(r"\w+", new.replace(REMOVED, " ")))


def checked(wording: str) -> str:
    """Return a question without the spaces round it.

    Raises:
        DomainError: it is blank or too long.
    """
    wording = wording.strip()
    if not wording:
        raise DomainError("Write your question.")
    words = count_words(wording)
    if words > QUESTION_WORDS:
        raise DomainError(f"Use {QUESTION_WORDS} words or fewer. You have used {words}.")
    return wording
