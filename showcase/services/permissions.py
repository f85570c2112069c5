"""The table of who may do what, as it is shown to people: on a page for staff and by `showcase permissions`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from showcase.policies import TABLE

NOUNS: Mapping[str, str] = {
    "audit": "audit trail",
    "closing": "how an interest list ended",
    "contract": "contract of a council",
    "event": "showcase",
    "entry": "challenge in a showcase",
    "selection": "selection of solutions for a challenge",
    "declaration": "declaration of interests",
    "invitation": "invitation to a showcase",
    "pack": "recommendation pack",
    "plan": "plan of an interest list",
    "price": "indicative prices",
    "radar": "contract radar",
    "saving": "saving of a council",
    "interest": "interest list",
    "match": "matches",
    "meeting": "one-to-one meeting",
    "need": "shared need",
    "publication": "challenge statement or solution profile",
    "challenge": "challenge statement",
    "ranking": "weights of the ranking",
    "material": "slides of a pitch",
    "outcome": "outcome of a pitch",
    "question": "question about a challenge",
    "record": "engagement record",
    "release": "information released to all",
    "report": "report of a showcase",
    "response": "solution put forward",
    "solution": "solution profile",
    "staff": "staff area",
}
"""What people call the things whose name in the software is another one."""
VERBS: Mapping[str, str] = {
    "agenda:make": "draft, change and publish",
    "agenda:wish": "say which sessions one’s council wants to see",
    "account:have": "have one of one’s own",
    "account:export": "take away what is kept about the person",
    "account:erase": "erase what is kept about the person",
    "interest:bind": "give a letter of intent or a commitment, or take one back",
    "interest:give_up": "give up a proposal",
    "interest:list": "see the list of lists",
    "interest:step": "change where one’s council stands",
    "interest:take_part": "see where one’s council stands",
    "organisation:administer": "look after its people",
    "organisation:invite": "invite a colleague",
    "organisation:manage": "approve, suspend, keep its e-mail domains",
    "organisation:name_lead": "name its procurement lead",
    "organisation:read_trail": "read what its people did, in the audit trail",
    "organisation:disclose": "take away what it holds, for freedom of information",
    "selection:read": "read the candidates",
    "selection:gather": "gather candidates",
    "selection:declare": "declare one’s interests",
    "candidate:see": "see what became of it, or read it",
    "declaration:decide": "decide about a conflict",
    "invitation:list": "list one’s own",
    "invitation:answer": "accept, decline, send someone else",
    "event:register": "register for it",
    "registration:change": "change or cancel",
    "registration:manage": "list, check in, export, write to all",
    "registration:see_needs": "see what the person needs",
    "meeting:ask": "ask for one",
    "meeting:plan": "plan and put into a timetable",
    "meeting:record": "say what was new in it, and release it",
    "event:manage": "manage: its building, selection and invitations",
    "match:see_draft": "see those of a draft",
    "match:decide": "shortlist or turn down",
    "publication:approve": "approve as procurement lead",
    "publication:recall": "take back from review",
    "publication:reopen": "open again",
    "publication:review": "publish, or ask for changes",
    "publication:see_draft": "see the draft",
    "publication:see_history": "see its history",
    "publication:submit": "ask for review",
    "response:decide": "tell the supplier what becomes of it",
    "response:give": "put one forward",
    "response:invite": "invite the supplier to talk",
    "response:list": "list one’s own",
    "material:manage": "set limits, show to councils",
    "outcome:list": "list those one may see",
    "question:list": "list those that wait",
    "question:learn_asker": "learn who asked, with a reason that is recorded",
    "question:reword": "take out what tells who asked",
    "question:withhold": "take off the page",
    "record:dispose": "destroy once the law allows it",
    "record:list": "list those one may see",
    "record:keep": "set purposes, judgements, dates and the draft notice",
    "record:write": "add an entry",
    "pack:make": "start one",
    "plan:browse": "list those of all lists that one may see",
    "plan:list": "see that there are plans, and one’s own line",
    "plan:make": "ask for one",
    "plan:manage": "share with members",
    "price:browse": "list one’s own, of all lists",
    "price:list": "open the page about them",
    "saving:confirm": "confirm one’s own",
    "staff:area": "enter",
}
"""What people call doing so, where the name in the software does not say it."""


@dataclass(frozen=True)
class Line:
    """One permission in words."""

    permission: str
    """Its name, such as "challenge:create"."""
    words: str
    """Its name in words, such as "Challenge statement: create"."""
    allowed_when: Sequence[str]
    """The ways in which a person may be allowed to: any one of them is enough."""


def table() -> list[Line]:
    """Return every permission with its rule, in the order of the table that decides."""
    return [
        Line(
            permission.value,
            in_words(permission.value),
            [_sentence(words) for words in rule.alternatives],
        )
        for permission, rule in TABLE.items()
    ]


def in_words(name: str) -> str:
    """Return the name of a permission in words: "solution:create" becomes "Solution profile: create"."""
    noun, _, verb = name.partition(":")
    said = f"{NOUNS.get(noun, noun)}: {VERBS.get(name, verb)}".replace("_", " ")
    return said[:1].upper() + said[1:]


def _sentence(words: str) -> str:
    return words if words == "anyone" or words.startswith("it ") else f"the person {words}"
