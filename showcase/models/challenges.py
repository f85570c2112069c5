"""Challenge statements: what a council needs solved, before any procurement."""

from showcase.models.challenge_questions import CHALLENGE_QUESTIONS
from showcase.models.publications import Publication


class Challenge(Publication):
    """A council's problem, described so that the market can answer it."""

    __mapper_args__ = {"polymorphic_identity": "challenge"}
    questionnaire = CHALLENGE_QUESTIONS
    noun = "challenge statement"
    illustration = "Illustrative: not written by this council"
