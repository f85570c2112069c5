"""Similar needs as a file: one row for each challenge of each need, only of what the reader may see."""

from collections.abc import Iterator

from showcase.extensions import db
from showcase.models import Need
from showcase.models.vocabularies import vocabulary
from showcase.policies import Actor
from showcase.services import messages, needs
from showcase.services.csv_export import Cell

HEAD = (
    "Need",
    "How sure it is",
    "Likeness",
    "Challenge",
    "Council",
    "Services",
    "Published at (UTC)",
    "Closed at (UTC)",
    "Placed by staff",
    "Note",
    "Address of the need",
    "Address of the challenge",
)


def rows(*, seen_by: Actor, is_dismissed: bool = False) -> Iterator[tuple[Cell, ...]]:
    """Yield the challenges of the needs on the list, need by need."""
    labels = vocabulary("service_areas")
    query = needs.list_shared(seen_by=seen_by, is_dismissed=is_dismissed).options(*Need.loaded_with())
    for summary in needs.summaries(db.session.scalars(query).all()).values():
        need = summary.need
        placed = {member.challenge_id for member in need.members if member.is_fixed}
        for challenge in needs.challenges_of(need):
            yield (
                summary.title,
                summary.sureness,
                need.likeness,
                challenge.published_title,
                challenge.organisation.name,
                labels.list_labels(challenge.published_content.get("service_areas") or ()),
                challenge.published_at,
                challenge.closed_at,
                challenge.id in placed,
                challenge.illustration if challenge.is_illustrative else "",
                messages.link(f"/needs/{need.id}"),
                messages.link(f"/challenges/{challenge.id}"),
            )
