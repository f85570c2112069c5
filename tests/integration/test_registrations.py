"""Registrations: places and waiting lists, changing and cancelling, what each role sees, and the pages."""

import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from showcase.access import actor_for
from showcase.errors import Conflict, DomainError, NotAllowed
from showcase.extensions import db
from showcase.models import AuditEntry, Event, Message, Registration, Supplier, utc_now
from showcase.models.enums import AttendeeKind, EventState, Hall
from showcase.policies import PUBLIC, Actor, Permission, can, visible_to
from showcase.services import events, places, registration_messages, registrations
from tests.integration.conftest import CheckedClient, People, member_of
from tests.integration.registered import OPENS, announced, member, names, observer, subjects_to
from tests.integration.showcase_events import NOW, STARTS, particulars

IN_PERSON, ONLINE = Hall.IN_PERSON, Hall.ONLINE


@pytest.fixture
def small(people: People) -> Event:
    """A showcase with two places in person and one online."""
    return announced(people, in_person_places=2, online_places=1)


def placed(event: Event, hall: Hall) -> list[str]:
    query = sa.select(Registration).where(Registration.event_id == event.id, Registration.placed_in == hall)
    return names(db.session.scalars(query.order_by(Registration.number)))


def waiting(event: Event, hall: Hall) -> list[str]:
    query = sa.select(Registration).where(Registration.event_id == event.id, Registration.waits_for == hall)
    return names(db.session.scalars(query.order_by(Registration.number)))


# --- places and waiting lists -----------------------------------------------------------------------------------------


def test_each_hall_has_its_own_places_and_list(small: Event, people: People) -> None:
    for name in ("Ann", "Ben", "Cat", "Dan"):
        observer(small, name)
    for name in ("Eve", "Fred"):
        observer(small, name, ONLINE)
    assert (placed(small, IN_PERSON), waiting(small, IN_PERSON)) == (["Ann", "Ben"], ["Cat", "Dan"])
    assert (placed(small, ONLINE), waiting(small, ONLINE)) == (["Eve"], ["Fred"])
    dan = registrations.find_by_email(small, "dan@elsewhere.example")
    assert dan is not None
    assert places.position(dan) == 2


def test_a_cancellation_moves_the_first_up_and_tells_them(small: Event, people: People) -> None:
    ann, _, cat, dan = (observer(small, name) for name in ("Ann", "Ben", "Cat", "Dan"))
    registrations.cancel(ann, by=actor_for(people.staff), now=NOW)
    assert placed(small, IN_PERSON) == ["Ben", "Cat"]
    assert places.position(dan) == 1
    assert subjects_to(ann.email) == ["Your place: Spring showcase", "Cancelled: Spring showcase"]
    assert subjects_to(cat.email) == ["Waiting list: Spring showcase", "A place for you: Spring showcase"]
    assert subjects_to(dan.email) == ["Waiting list: Spring showcase"]


def test_who_comes_back_stands_behind_those_who_wait(small: Event, people: People) -> None:
    ann, *_ = (observer(small, name) for name in ("Ann", "Ben", "Cat", "Dan"))
    by = actor_for(people.staff)
    registrations.cancel(ann, by=by, now=NOW)
    registrations.return_to(ann, IN_PERSON, by=by, now=NOW)
    assert (placed(small, IN_PERSON), waiting(small, IN_PERSON)) == (["Ben", "Cat"], ["Dan", "Ann"])


def test_a_place_is_kept_while_waiting_for_the_other_hall(small: Event, people: People) -> None:
    by = actor_for(people.staff)
    ann, _, eve, fred = (
        observer(small, "Ann"),
        observer(small, "Ben"),
        *(observer(small, name, ONLINE) for name in ("Eve", "Fred")),
    )
    registrations.change_hall(eve, IN_PERSON, by=by, now=NOW)
    assert (eve.placed_in, eve.waits_for) == (ONLINE, IN_PERSON)
    registrations.cancel(ann, by=by, now=NOW)
    assert placed(small, IN_PERSON) == ["Ben", "Eve"]
    assert placed(small, ONLINE) == ["Fred"], "the place that she left went to who waited for it"
    assert "A place for you: Spring showcase" in subjects_to(fred.email)


def test_waiting_can_be_given_up_without_the_place(small: Event, people: People) -> None:
    by = actor_for(people.staff)
    observer(small, "Ann"), observer(small, "Ben")
    eve = observer(small, "Eve", ONLINE)
    with pytest.raises(Conflict):
        registrations.stop_waiting(observer(small, "Cat"), by=by, now=NOW)
    registrations.change_hall(eve, IN_PERSON, by=by, now=NOW)
    registrations.stop_waiting(eve, by=by, now=NOW)
    assert (eve.placed_in, eve.waits_for) == (ONLINE, None)


def test_two_who_each_want_the_others_place_exchange_them(small: Event, people: People) -> None:
    by = actor_for(people.staff)
    ann, ben, eve = observer(small, "Ann"), observer(small, "Ben"), observer(small, "Eve", ONLINE)
    registrations.change_hall(eve, IN_PERSON, by=by, now=NOW)
    assert (eve.placed_in, eve.waits_for) == (ONLINE, IN_PERSON)
    registrations.change_hall(ben, ONLINE, by=by, now=NOW)
    assert (ann.placed_in, ben.placed_in, eve.placed_in) == (IN_PERSON, ONLINE, IN_PERSON)
    assert "A place for you: Spring showcase" in subjects_to(eve.email)


def test_nobody_who_waits_longer_is_passed_over_by_an_exchange(small: Event, people: People) -> None:
    by = actor_for(people.staff)
    _, ben, cat = (observer(small, name) for name in ("Ann", "Ben", "Cat"))
    eve = observer(small, "Eve", ONLINE)
    registrations.change_hall(eve, IN_PERSON, by=by, now=NOW)
    registrations.change_hall(ben, ONLINE, by=by, now=NOW)
    assert (ben.placed_in, cat.placed_in, eve.placed_in) == (IN_PERSON, None, ONLINE)


def test_added_places_are_given_in_order_by_the_worker(small: Event, people: People) -> None:
    for name in ("Ann", "Ben", "Cat", "Dan", "Eve"):
        observer(small, name)
    assert not places.is_fill_due(now=NOW)
    small.in_person_places = 4
    db.session.flush()
    assert places.is_fill_due(now=NOW)
    assert places.fill_due(now=NOW) == 2
    assert waiting(small, IN_PERSON) == ["Eve"]
    assert places.fill_due(now=NOW) == 0


def test_fewer_places_take_none_away(small: Event, people: People) -> None:
    ann, ben, cat = (observer(small, name) for name in ("Ann", "Ben", "Cat"))
    small.in_person_places = 1
    db.session.flush()
    registrations.cancel(ann, by=actor_for(people.staff), now=NOW)
    assert (ben.placed_in, cat.placed_in) == (IN_PERSON, None)


STEPS = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(["in_person", "online", "cancel", "stop", "more"])), max_size=25
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS, seats=st.tuples(st.integers(0, 2), st.integers(0, 2)))
def test_no_order_of_steps_oversells_or_overtakes(people: People, steps: list[Any], seats: tuple[int, int]) -> None:
    """Against a model of two queues that knows nothing of the service."""
    event = announced(people, in_person_places=seats[0] + 1, online_places=seats[1] + 1)
    model = Model({IN_PERSON: seats[0] + 1, ONLINE: seats[1] + 1})
    by = actor_for(people.staff)
    for who, step in steps:
        known = registrations.find_by_email(event, f"p{who}@elsewhere.example")
        if step == "more":
            event.in_person_places += 1
            db.session.flush()
            places.fill(event, now=NOW)
            model.places[IN_PERSON] += 1
            model.fill()
        elif step in ("in_person", "online"):
            observer(event, f"P{who}", Hall(step))
            model.ask(f"P{who}", Hall(step))
        elif step == "cancel" and known is not None:
            registrations.cancel(known, by=by, now=NOW)
            model.cancel(known.name)
        elif known is not None and known.placed_in is not None:
            registrations.stop_waiting(known, by=by, now=NOW)
            model.queue = [(name, hall) for name, hall in model.queue if name != known.name]
        for hall in Hall:
            assert sorted(placed(event, hall)) == sorted(n for n, h in model.seated.items() if h is hall)
            assert waiting(event, hall) == [n for n, h in model.queue if h is hall]
            assert len(placed(event, hall)) <= places.number_of(event, hall)


class Model:
    """Two halls and one queue, as plainly as can be."""

    def __init__(self, seats: dict[Hall, int]) -> None:
        self.places, self.seated, self.queue = seats, {}, []  # type: ignore[var-annotated]

    def ask(self, name: str, hall: Hall) -> None:
        if self.seated.get(name) is hall:
            self.queue = [entry for entry in self.queue if entry[0] != name]
        elif (name, hall) not in self.queue:
            self.queue = [entry for entry in self.queue if entry[0] != name] + [(name, hall)]
            self.fill()

    def cancel(self, name: str) -> None:
        self.seated.pop(name, None)
        self.queue = [entry for entry in self.queue if entry[0] != name]
        self.fill()

    def fill(self) -> None:
        for name, hall in list(self.queue):
            if list(self.seated.values()).count(hall) < self.places[hall]:
                self.queue.remove((name, hall))
                self.seated[name] = hall
                return self.fill()
        first = [next((name for name, wanted in self.queue if wanted is hall), None) for hall in Hall]
        if None not in first and all(name in self.seated for name in first):
            for name, hall in zip(first, Hall, strict=True):
                self.seated[name] = hall
            self.queue = [entry for entry in self.queue if entry[0] not in first]
            return self.fill()
        return None


# --- when, and who ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "at", "why"),
    [
        ({"registration_opens_at": None}, NOW, "not open yet"),
        ({"registration_opens_at": NOW + timedelta(days=1)}, NOW, "opens on 5 January 2027"),
        ({"registration_closes_at": NOW}, NOW, "closed on 4 January 2027"),
        ({}, STARTS, "closed on 10 March 2027"),
        ({}, STARTS + timedelta(days=1), "is over"),
    ],
)
def test_registration_has_a_first_and_a_last_moment(people: People, changes: Any, at: Any, why: str) -> None:
    event = announced(people, **changes)
    with pytest.raises(DomainError, match=why):
        registrations.register(event, IN_PERSON, by=actor_for(people.founder), now=at)


def test_nobody_registers_for_what_is_not_announced_or_cancelled(people: People) -> None:
    event = announced(people)
    for state in (EventState.DRAFT, EventState.CANCELLED):
        event.state = state
        db.session.flush()
        with pytest.raises(DomainError):
            observer(event, "Ann")


def test_a_person_has_one_registration(small: Event, people: People) -> None:
    first = member(small, people.founder)
    again = member(small, people.founder)
    assert again.id == first.id
    assert subjects_to(first.email) == ["Your place: Spring showcase"]
    assert db.session.scalar(sa.select(sa.func.count(Registration.id))) == 1


def test_who_came_as_an_observer_and_then_signs_in_is_the_same_person(small: Event, people: People) -> None:
    who = registrations.Attendee("Fay", people.founder.account.email, AttendeeKind.OBSERVER)
    before = registrations.enter(small, who, IN_PERSON, by=PUBLIC, now=NOW)
    after = member(small, people.founder)
    assert before.id == after.id
    assert (after.kind, after.organisation_name) == (AttendeeKind.SUPPLIER, "Plain Answers Ltd")


def test_an_unapproved_supplier_does_not_register_as_one(small: Event, people: People) -> None:
    newcomer = member_of(Supplier(name="New Ltd"), "Nora New")
    db.session.commit()
    with pytest.raises(NotAllowed):
        member(small, newcomer)


def everyone(people: People, registration: Registration) -> dict[str, Actor]:
    colleague = member_of(people.founder.organisation, "Cora Colleague")
    db.session.commit()
    return {
        "public": PUBLIC,
        "by the link": Actor(registration_id=registration.id),
        "staff": actor_for(people.staff),
        "officer": actor_for(people.officer),
        "other officer": actor_for(people.other_officer),
        "founder": actor_for(people.founder),
        "colleague": actor_for(colleague),
        "other founder": actor_for(people.other_founder),
    }


def test_each_role_sees_whose_registration_it_may(small: Event, people: People) -> None:
    made = {
        "own": member(small, people.founder),
        "rival's": member(small, people.other_founder),
        "officer's": member(small, people.officer, ONLINE),
        "observer's": observer(small, "Ann"),
        "cancelled": observer(small, "Ben"),
    }
    registrations.cancel(made["cancelled"], by=actor_for(people.staff), now=NOW)
    expected = {
        "public": set(),
        "by the link": {"own"},
        "staff": set(made),
        "officer": {"officer's"},
        "other officer": set(),
        "founder": {"own"},
        "colleague": {"own"},
        "other founder": {"rival's"},
    }
    for role, actor in everyone(people, made["own"]).items():
        seen = {name for name, each in made.items() if can(actor, Permission.REGISTRATION_SEE, each)}
        listed = set(db.session.scalars(sa.select(Registration.id).where(visible_to(actor, Registration))))
        assert seen == expected[role], role
        assert listed == {made[name].id for name in seen}, role
        for name, each in made.items():
            may = role == "staff" or (name == "own" and role in ("founder", "by the link"))
            may = may or (role, name) in {("other founder", "rival's"), ("officer", "officer's")}
            assert can(actor, Permission.REGISTRATION_CHANGE, each) is may, (role, name)
            assert can(actor, Permission.REGISTRATION_SEE_NEEDS, each) is may, (role, name)
            assert can(actor, Permission.REGISTRATION_MANAGE, each) is (role == "staff")


# --- e-mails ----------------------------------------------------------------------------------------------------------


def test_reminders_go_once_a_week_and_once_a_day_before(small: Event, people: People) -> None:
    ann, _, cat = (observer(small, name) for name in ("Ann", "Ben", "Cat"))
    count = []
    for before in (timedelta(days=8), timedelta(days=7), timedelta(days=6), timedelta(hours=20), timedelta(hours=1)):
        count.append(registration_messages.remind(now=STARTS - before))
        db.session.flush()
    assert count == [0, 2, 0, 2, 0]
    assert subjects_to(ann.email).count("Reminder: Spring showcase") == 2
    assert "Reminder: Spring showcase" not in subjects_to(cat.email), "who only waits is not reminded"
    body = db.session.scalars(sa.select(Message.body).where(Message.subject.like("Reminder%"))).first()
    assert body is not None
    assert re.search(r"/tickets/[\w-]{20,}\n", body)
    assert "calendar.ics" in body


def test_an_event_that_is_cancelled_reminds_nobody_and_tells_everybody(small: Event, people: People) -> None:
    ann, _, cat = (observer(small, name) for name in ("Ann", "Ben", "Cat"))
    events.cancel(small, "The hall has flooded.", by=actor_for(people.staff), now=NOW)
    assert registration_messages.remind(now=STARTS - timedelta(days=1)) == 0
    db.session.flush()
    for each in (ann, cat):
        assert subjects_to(each.email).count("Cancelled: Spring showcase") == 1


def test_those_registered_are_told_of_another_place(small: Event, people: People) -> None:
    ann = observer(small, "Ann")
    values = particulars(in_person_places=2, online_places=1, venue="Town Hall", registration_opens_at=OPENS)
    events.edit(small, values, revision=small.revision, by=actor_for(people.staff), now=NOW)
    db.session.flush()
    assert subjects_to(ann.email) == ["Your place: Spring showcase", "Changed: Spring showcase"]
    body = db.session.scalars(sa.select(Message.body).where(Message.subject.startswith("Changed"))).one()
    assert "Town Hall" in body


def test_nothing_personal_is_in_the_audit_trail(small: Event, people: People) -> None:
    ann = observer(small, "Ann")
    registrations.cancel(ann, by=actor_for(people.staff), now=NOW)
    entries = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action.like("registration.%"))).all()
    assert [entry.action for entry in entries] == ["registration.made", "registration.cancelled"]
    assert "Ann" not in str([entry.details for entry in entries])
    assert "elsewhere" not in str([entry.details for entry in entries])


# --- pages ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def now_open(people: People) -> Event:
    """A showcase in ten days, by the clock on the wall."""
    now = utc_now()
    event = announced(
        people,
        starts_at=now + timedelta(days=10),
        ends_at=now + timedelta(days=10, hours=6),
        in_person_places=1,
        online_places=5,
        travel="Step-free from the street.",
    )
    event.registration_opens_at = now - timedelta(days=1)
    db.session.commit()
    return event


def test_a_supplier_registers_says_what_they_need_and_cancels(
    now_open: Event, people: People, client: CheckedClient
) -> None:
    client.sign_in(people.founder)
    path = f"/showcases/{now_open.id}"
    assert "1 of 1 places in person are free" in client.get(path).text
    answer = client.post(f"{path}/register", data={})
    assert answer.status_code == 422
    answer = client.post(f"{path}/register", data={"hall": "in_person"}, follow_redirects=True)
    assert "You have a place" in answer.text
    assert "Step-free from the street." in answer.text
    ticket = answer.request.path.removesuffix("/needs")
    assert client.get(f"{path}/register").location == ticket
    assert ticket in client.get("/").text, "the start page leads there"
    shown = client.get(ticket).text
    assert "<svg" in shown
    assert "The links to the streams" not in shown
    kept = client.post(f"{ticket}/needs", data={"access": ["bsl"], "wants_call": "y"})
    assert kept.status_code == 422, "a call needs a number"
    assert 'value="bsl" checked' in kept.text
    client.post(f"{ticket}/needs", data={"access": ["bsl"], "dietary_words": "No celery"})
    assert "You told us what would help you" in client.get(ticket).text
    assert "Cancel your registration" in client.get(f"{ticket}/cancel").text
    assert "Register again, in person" in client.post(f"{ticket}/cancel", follow_redirects=True).text
    assert (
        "You have asked for nothing"
        in client.post(f"{ticket}/change", data={"hall": "in_person"}, follow_redirects=True).text
    )


def test_an_observer_confirms_by_the_link_in_an_email(now_open: Event, people: People, client: CheckedClient) -> None:
    path = f"/showcases/{now_open.id}/register"
    assert "Come as an observer" in client.get(path).text
    typed = {"hall": "online", "name": "Ann Other", "email": "Ann@Elsewhere.example", "organisation": ""}
    assert client.post(f"{path}/observer", data={**typed, "email": "nonsense"}).status_code == 422
    assert client.post(f"{path}/observer", data=typed).location == "/check-your-email"
    assert db.session.scalar(sa.select(sa.func.count(Registration.id))) == 0, "no place before the link is followed"
    body = db.session.scalars(sa.select(Message.body).where(Message.to == "ann@elsewhere.example")).one()
    link = re.search(r"/observers/[\w-]+", body)
    assert link is not None
    assert "You come as Ann Other" in client.get(link[0]).text
    answer = client.post(link[0], follow_redirects=True)
    assert "You have a place" in answer.text
    assert client.post(link[0]).status_code == 410
    client.post(f"{path}/observer", data=typed)
    assert subjects_to("ann@elsewhere.example").count("Your place: Spring showcase") == 2, "sent again, not told here"


def test_a_wrong_link_opens_nothing(now_open: Event, client: CheckedClient) -> None:
    assert client.get("/tickets/" + "x" * 32).status_code == 404
    assert client.post("/tickets/" + "x" * 32 + "/cancel").status_code == 404


def test_the_calendar_file_says_when_and_where(now_open: Event, people: People, client: CheckedClient) -> None:
    registration = observer(now_open, "Ann")
    answer = client.get(f"/tickets/{registration.token}/calendar.ics")
    assert answer.mimetype == "text/calendar"
    entry = Calendar.from_ical(answer.data).walk("VEVENT")[0]
    assert entry.decoded("dtstart") == now_open.starts_at.replace(microsecond=0)
    assert str(entry["location"]).startswith("Bevan Hall, 18 Smith Square")
    assert entry["status"] == "CONFIRMED"
    registrations.cancel(registration, by=actor_for(people.staff), now=utc_now())
    answer = client.get(f"/tickets/{registration.token}/calendar.ics")
    assert Calendar.from_ical(answer.data).walk("VEVENT")[0]["status"] == "CANCELLED"


def test_the_page_of_a_showcase_costs_as_much_with_many_registered(
    now_open: Event, people: People, client: CheckedClient, count_queries: Any
) -> None:
    client.sign_in(people.staff)
    path = f"/showcases/{now_open.id}/manage/registrations"
    costs = []
    for names_ in (("Ann",), ("Ben", "Cat")):
        for name in names_:
            observer(now_open, name, ONLINE)
        db.session.commit()
        with count_queries() as queries:
            assert client.get(path).status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1]
