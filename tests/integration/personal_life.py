"""A person who leaves something of each kind behind, for tests of taking it away and of erasing it."""

import sqlalchemy as sa

from showcase.access import actor_for
from showcase.extensions import db
from showcase.models import (
    Account,
    Base,
    Registration,
    Solution,
    Version,
)
from showcase.models.enums import TicketPurpose
from showcase.services import (
    attendee_needs,
    audit,
    messages,
    second_steps,
    tickets,
)
from showcase.services.attendee_needs import Needs
from tests.integration.conftest import People
from tests.integration.registered import announced, member
from tests.integration.showcase_events import NOW


def lead_a_life(people: People) -> Registration:
    """Have the founder leave something of each kind behind."""
    founder = people.founder
    account, actor = founder.account, actor_for(founder)
    registration = member(announced(people), founder)
    attendee_needs.keep(registration, Needs(dietary_words="No nuts for Fay"), by=actor, now=NOW)
    messages.queue(account.email, "Good morning", "Dear Fay Founder", now=NOW)
    messages.queue("other@firm.example", "A colleague", "Fay Founder said so", now=NOW)
    tickets.issue(TicketPurpose.RESET_PASSWORD, account.email, now=NOW)
    second_steps.greet(account, None, browser="Firefox", now=NOW)
    contact = {"name": "Sorting", "contact_name": "Fay Founder", "contact_email": account.email.title()}
    solution = Solution(organisation=founder.organisation, content=contact, title="Sorting", created_by_id=account.id)
    solution.versions = [Version(number=1, content=contact)]
    db.session.add(solution)
    audit.record("list.exported", by=actor_for(people.staff), filters={"q": ["fay founder"]})
    audit.record("organisation.praised", founder.organisation, by=actor, grade="good")
    db.session.commit()
    return registration


def everything(account: Account) -> str:
    """Return every row of every table as text, save the chain, which holds ids and digests alone."""
    db.session.expire_all()
    tables = [table for table in Base.metadata.sorted_tables if table.name != "audit_seals"]
    return "\n".join(f"{table.name}: {row}" for table in tables for row in db.session.execute(sa.select(table)))
