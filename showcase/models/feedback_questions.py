"""What is asked after an event: councils about each pitch, suppliers about the event and how fair it was."""

from collections.abc import Mapping
from dataclasses import dataclass

MARKS = {
    str(mark): f"{mark}{words}" for mark, words in ((1, " (poor)"), (2, ""), (3, ""), (4, ""), (5, " (very good)"))
}
NEXT = {"talk": "Talk again", "pilot": "Try it out", "wait": "Not now", "no": "Not for us"}
EQUAL = {"yes": "Yes", "partly": "Partly", "no": "No"}


@dataclass(frozen=True)
class Ask:
    """One question of a feedback form."""

    name: str
    label: str
    choices: Mapping[str, str] | None = None
    """What can be chosen; None: an optional text."""
    help: str = ""
    is_passed_on: bool = False
    """Whether the supplier of the pitch reads the answer."""


ON_PITCH = (
    Ask("fit", "How well does it answer the challenge?", MARKS),
    Ask("clarity", "How clear was the pitch?", MARKS),
    Ask("next", "What would you do next?", NEXT),
    Ask("said", "Your words to the supplier", help="It reads them, without your name.", is_passed_on=True),
    Ask("private", "Your words to LGA staff", help="Nobody else reads them."),
)
ON_EVENT = (
    Ask("overall", "How useful was the showcase to you?", MARKS),
    Ask("fair", "How fairly were you treated?", MARKS),
    Ask("equal", "Did all suppliers have the same information at the same time?", EQUAL),
    Ask("private", "What should we do better?", help="LGA staff read it. Councils and other firms do not."),
)
