"""What a viewer may read of a text, answer by answer."""

from showcase.models import Publication
from showcase.models.questions import Audience, Content, is_blank
from showcase.policies.rules import Actor, owns


def answers_for(actor: Actor, publication: Publication, content: Content) -> Content:
    """Return the answers of `content` (a version of `publication`) that the actor may read: see `readable_names`."""
    names = readable_names(actor, publication, content)
    return {name: answer for name, answer in content.items() if name in names and not is_blank(answer)}


def readable_names(actor: Actor, publication: Publication, content: Content) -> set[str]:
    """Return the names of the questions whose answers in `content` the actor may read.

    The owner and LGA staff read all. Officers of other councils read what is public or for councils. Everyone else
    reads what is public. A challenge's budget band is public once its council says so.
    """
    if actor.is_staff or owns.holds(actor, publication):
        return {q.name for q in publication.questionnaire}
    audiences = {Audience.PUBLIC}
    if actor.is_council and actor.is_organisation_active:
        audiences.add(Audience.COUNCILS)
    names = {q.name for q in publication.questionnaire if q.audience in audiences}
    if content.get("is_budget_shown"):
        names.add("budget")
    return names
