"""Solution profiles: what a supplier offers, described once and reused for every challenge."""

from showcase.models.publications import Publication
from showcase.models.solution_questions import SOLUTION_QUESTIONS


class Solution(Publication):
    """A supplier's solution."""

    __mapper_args__ = {"polymorphic_identity": "solution"}
    questionnaire = SOLUTION_QUESTIONS
    noun = "solution profile"
    illustration = "Illustrative: an invented firm"
