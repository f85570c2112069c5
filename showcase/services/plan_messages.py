"""Who is told by e-mail of a plan: the people of each council in it, that there is a line of theirs to read."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import Account, Membership, Plan
from showcase.models.prices import NOTICE
from showcase.policies import Actor
from showcase.services import messages


def tell_of_sharing(plan: Plan, *, by: Actor, now: datetime) -> None:
    """Tell each council in a plan that it can read its own line. The e-mail carries no figure."""
    title = plan.interest_list.title
    body = (
        f"LGA staff compared what councils on the interest list “{title}” could do together. You can read what it says "
        "for your own council, and no other council can. It compares options and awards nothing."
    )
    councils = [UUID(id) for id in (*plan.rungs, *plan.left_out)]
    people = db.session.scalars(
        sa.select(Account)
        .join(Membership)
        .where(Membership.organisation_id.in_(councils), Account.deactivated_at.is_(None))
        .order_by(Account.email)
        .distinct()
    )
    for account in people:
        text = f"{body}\n\n{NOTICE}\n\n{messages.link(f'/plans/{plan.id}')}"
        messages.queue(account.email, f"For your council: {title}", text, now=now, key=f"plan:{plan.id}:{account.id}")
