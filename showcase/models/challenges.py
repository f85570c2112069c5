"""Challenge statements: what a council needs solved, before any procurement."""

from typing import TYPE_CHECKING

from sqlalchemy.orm import Mapped, relationship

from showcase.models.challenge_questions import CHALLENGE_QUESTIONS
from showcase.models.enums import EventState
from showcase.models.publications import Publication

if TYPE_CHECKING:
    from showcase.models.events import EventChallenge


class Challenge(Publication):
    """A council's problem, described so that the market can answer it."""

    __mapper_args__ = {"polymorphic_identity": "challenge"}
    questionnaire = CHALLENGE_QUESTIONS
    noun = "challenge statement"
    illustration = "Illustrative: not written by this council"
    entries: Mapped[list["EventChallenge"]] = relationship("EventChallenge", viewonly=True)
    """Where it stands in showcases."""

    @property
    def is_scored_blind(self) -> bool:
        """Whether its council scores solutions for it at a showcase without seeing suppliers' names, at present."""
        return any(e.event.is_blind and e.event.state is EventState.ANNOUNCED for e in self.entries)
