"""What each rung of an interest list's ladder asks of a council, as data, and by what authority at least.

The forms of rungs, the page of a pledge, the history and the spreadsheets all read this. Each rung asks only what is
needed to stand there; nothing here is shown to other councils or to suppliers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from showcase.models.interests import Rung

MOST_STEPS_OF_PRICE = 6
"""Prices that a council's demand may name."""


class AskKind(StrEnum):
    """The form an answer takes, and how it is kept in JSON."""

    LINE = "line"  # str
    PROSE = "prose"  # str
    NUMBER = "number"  # int
    MONEY = "money"  # int, whole pence excluding VAT
    DATE = "date"  # str, ISO 8601 date
    YES = "yes"  # bool: True, or the rung cannot be taken
    CHOICE = "choice"  # str: id of a term of `vocabulary`
    CHOICES = "choices"  # list[str]: ids of terms of `vocabulary`


@dataclass(frozen=True)
class Ask:
    """One question of a rung."""

    name: str
    label: str
    kind: AskKind = AskKind.LINE
    hint: str = ""
    is_needed: bool = True
    vocabulary: str = ""
    """Which terms there are to choose from."""
    heading: str = ""
    """Stands above it on the form, where a new group of questions begins."""


LABELS: Mapping[Rung, str] = {
    Rung.WATCHING: "Watching",
    Rung.INTERESTED: "Interested",
    Rung.EXPRESSION: "Expression of interest",
    Rung.LETTER: "Letter of intent",
    Rung.COMMITMENT: "Commitment",
    Rung.WITHDRAWN: "Withdrawn",
}
MEANINGS: Mapping[Rung, str] = {
    Rung.WATCHING: "You hear news of the list. It says nothing about what you will do.",
    Rung.INTERESTED: "You have the same problem. It does not bind you.",
    Rung.EXPRESSION: "You would join market engagement. It does not bind you.",
    Rung.LETTER: "You expect to join a procurement. It does not bind you, and says so.",
    Rung.COMMITMENT: "You have decided to join, on the terms of an agreement between the members.",
    Rung.WITHDRAWN: "You left the list.",
}
QUANTITY_LABELS: Mapping[Rung, str] = {
    Rung.INTERESTED: "How many, roughly",
    Rung.EXPRESSION: "How many at least",
    Rung.LETTER: "How many you expect to take",
    Rung.COMMITMENT: "How many you commit to",
}
"""What the quantity of each rung means; a rung that is missing asks for none."""
LEAST_AUTHORITY: Mapping[Rung, str] = {
    Rung.WATCHING: "officer",
    Rung.INTERESTED: "service-lead",
    Rung.EXPRESSION: "head-of-service",
    Rung.LETTER: "director",
    Rung.COMMITMENT: "delegated",
    Rung.WITHDRAWN: "officer",
}
"""The least authority, of the vocabulary `authorities`, by which a council takes each rung."""
ASKS: Mapping[Rung, tuple[Ask, ...]] = {
    Rung.WATCHING: (),
    Rung.INTERESTED: (
        Ask("need", "What is the need at your council?", AskKind.PROSE),
        Ask(
            "contract_ends",
            "When does your present contract end?",
            AskKind.DATE,
            "Leave blank if you have none.",
            False,
        ),
    ),
    Rung.EXPRESSION: (
        Ask("quantity_most", "How many at most", AskKind.NUMBER),
        Ask(
            "outcome",
            "What should be different afterwards",
            AskKind.PROSE,
            "And how you measure it today, with the figure.",
            False,
            heading="The need",
        ),
        Ask("users", "Who would use it or be served, and how many", is_needed=False),
        Ask("budget_least", "Budget a year, from (excluding VAT)", AskKind.MONEY, is_needed=False, heading="Money"),
        Ask("budget_most", "Budget a year, to (excluding VAT)", AskKind.MONEY, is_needed=False),
        Ask("budget_year", "In which year", hint="Such as 2027 to 2028.", is_needed=False),
        Ask("budget_kind", "Capital or revenue", AskKind.CHOICE, is_needed=False, vocabulary="budget_kinds"),
        Ask("funding", "How sure the money is", AskKind.CHOICE, vocabulary="funding_certainty"),
        Ask(
            "role_offered",
            "Your council’s part in the group",
            AskKind.CHOICE,
            is_needed=False,
            vocabulary="group_roles",
            heading="How you would take part",
        ),
        Ask("officer_days", "Officer days you could give to the group", AskKind.NUMBER, is_needed=False),
        Ask("routes", "Routes open to you", AskKind.CHOICES, is_needed=False, vocabulary="purchase_routes"),
        Ask("hard_stop", "Day after which it comes too late", AskKind.DATE, is_needed=False),
        Ask("constraints", "What else limits you: dates, systems, policies", AskKind.PROSE, is_needed=False),
    ),
    Rung.LETTER: (
        Ask("director", "Director who supports it"),
        Ask("finance_aware", "The section 151 officer knows of it", AskKind.YES),
        Ask("approvals", "Which approvals it still needs, in order", AskKind.PROSE, heading="Approval"),
        Ask("approval_level", "Who decides in the end", AskKind.CHOICE, is_needed=False, vocabulary="authorities"),
        Ask("value_trigger", "Value from which they must decide (excluding VAT)", AskKind.MONEY, is_needed=False),
        Ask("gates", "Who else must agree", AskKind.CHOICES, is_needed=False, vocabulary="approval_gates"),
        Ask("decision_on", "When the decision is expected", AskKind.DATE),
        Ask(
            "data_contact",
            "Data protection contact",
            hint="Name and e-mail address of your data protection officer or team.",
            heading="Data protection",
        ),
        Ask("controller", "Who would be controller", AskKind.CHOICE, vocabulary="controllers"),
        Ask(
            "shared_assessment",
            "Would one data protection impact assessment for all do",
            AskKind.CHOICE,
            is_needed=False,
            vocabulary="shared_assessment",
        ),
        Ask(
            "integrations",
            "Systems it must work with",
            AskKind.PROSE,
            is_needed=False,
            heading="What it must fit",
        ),
        Ask(
            "local_policies",
            "Policies it must keep to",
            AskKind.PROSE,
            "Such as social value, local suppliers, assurance.",
            False,
        ),
        Ask("memberships", "Buying organisations you belong to", is_needed=False),
        Ask("ppon", "Public procurement organisation number (PPON)", is_needed=False),
    ),
    Rung.COMMITMENT: (
        Ask("decision_reference", "Reference of the decision"),
        Ask("decided_on", "Date of the decision", AskKind.DATE),
        Ask("most_value", "Most it may cost over the whole term (excluding VAT)", AskKind.MONEY),
        Ask("term_months", "Term in months", AskKind.NUMBER),
        Ask("named_lead", "Who leads for your council"),
    ),
    Rung.WITHDRAWN: (),
}
"""What each rung asks beside the quantity, the person's role and their authority."""
