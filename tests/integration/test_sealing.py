"""The audit trail's chain: what was changed, taken away or slipped in is named; what is erased by right is not."""

import pytest
import sqlalchemy as sa

from showcase.access import actor_for
from showcase.extensions import db
from showcase.models import AuditEntry, AuditSeal, utc_now
from showcase.services import audit, sealing
from tests.integration.conftest import People


@pytest.fixture
def chain(people: People) -> list[AuditEntry]:
    """Five sealed entries, the last of the host's."""
    for number in range(4):
        audit.record(
            "council.praised", people.officer.organisation, by=actor_for(people.officer), words=f"no. {number}"
        )
    audit.record("council.blamed", people.other_officer.organisation, by=actor_for(people.staff), words="late")
    db.session.commit()
    while sealing.seal_due(now=utc_now()):
        pass
    return list(db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.created_at, AuditEntry.id)))


def test_an_untouched_trail_is_whole(chain: list[AuditEntry]) -> None:
    found = sealing.verify()
    assert (found.faults, found.waiting, found.head.number) == ([], 0, len(chain))
    assert sealing.verify(found.head).faults == []


def test_entries_wait_until_they_are_sealed_and_the_chain_goes_on(chain: list[AuditEntry], people: People) -> None:
    head = sealing.verify().head
    audit.record("council.praised", people.officer.organisation, by=actor_for(people.officer))
    db.session.commit()
    assert sealing.verify().waiting == 1
    assert sealing.seal_due(now=utc_now()) == 1
    assert sealing.seal_due(now=utc_now()) == 0
    found = sealing.verify(head)
    assert (found.faults, found.head.number) == ([], head.number + 1)


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"action": "council.forgiven"}, "action"),
        ({"details": {"words": "in time"}}, "details"),
        ({"acting_for_id": None}, "for"),
        ({"by_id": None}, "by"),
        ({"subject_kind": "supplier"}, "kind"),
        ({"erased_at": utc_now()}, "details"),
    ],
)
def test_a_changed_entry_is_named_with_what_was_changed(
    chain: list[AuditEntry], change: dict[str, object], names: str
) -> None:
    db.session.execute(sa.update(AuditEntry).where(AuditEntry.id == chain[-1].id).values(**change))
    db.session.expire_all()
    (fault,) = sealing.verify().faults
    assert str(chain[-1].id) in fault
    assert fault.endswith(f"was changed: {names}.")


def test_a_missing_entry_is_named(chain: list[AuditEntry]) -> None:
    missing = chain[1].id
    db.session.execute(sa.delete(AuditEntry).where(AuditEntry.id == missing))
    db.session.expire_all()
    (fault,) = sealing.verify().faults
    assert str(missing) in fault
    assert fault.endswith("is missing.")


def test_an_entry_slipped_in_as_sealed_is_noticed(chain: list[AuditEntry]) -> None:
    db.session.add(AuditEntry(action="council.crowned", subject_kind="", is_sealed=True))
    db.session.flush()
    assert sealing.verify().faults == ["1 entries say that they are sealed and are not."]


def test_a_link_taken_out_with_its_entry_leaves_a_gap(chain: list[AuditEntry]) -> None:
    db.session.execute(sa.delete(AuditEntry).where(AuditEntry.id == chain[1].id))
    db.session.execute(sa.delete(AuditSeal).where(AuditSeal.entry_id == chain[1].id))
    db.session.expire_all()
    assert sealing.verify().faults == ["Links 2 to 2 are missing."]


def test_a_chain_cut_short_or_made_anew_differs_from_the_head_that_was_noted(chain: list[AuditEntry]) -> None:
    head = sealing.verify().head
    db.session.execute(sa.delete(AuditSeal))
    db.session.execute(sa.update(AuditEntry).values(is_sealed=False, salt=None))
    db.session.expire_all()
    assert len(sealing.verify(head).faults) == 1
    db.session.commit()
    sealing.seal_due(now=utc_now())
    assert sealing.verify().faults == []
    assert sealing.verify(head).faults == [f"Link {head.number} is another one than the head that was noted."]


def test_what_is_erased_by_right_breaks_nothing_and_cannot_be_guessed(chain: list[AuditEntry], people: People) -> None:
    assert sealing.erase_details([chain[0]], now=utc_now()) == 1
    found = sealing.verify()
    assert (found.faults, found.erased) == ([], 1)
    assert chain[0].salt is None
    chain[0].details = {"words": "no. 0"}
    db.session.flush()
    assert len(sealing.verify().faults) == 1
