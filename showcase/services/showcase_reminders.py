"""What people are told of a showcase's dates: that a call opens and closes, that scoring ends, that it has ended.

The worker calls `tell` now and then; each e-mail is sent once for a date, and again if the date is moved. Calls are
told to suppliers that follow the services of the showcase's challenges, scoring to officers who have not finished it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import Account, Call, Candidate, Event, EventChallenge
from showcase.models.enums import CandidateState, EventState
from showcase.services import candidates, event_messages, events, messages, publication_messages, scoring
from showcase.services import service_followers as followers
from showcase.services.event_messages import when

BEFORE = timedelta(days=3)
"""How long before a call or the scoring closes people are reminded."""
WHY = "You get this as an administrator of a firm that follows one of these services. To stop it, open {link}"


def tell(*, now: datetime) -> int:
    """Queue every e-mail that is due; return how many were due, sent before or not."""
    done = sum(_of_call(call, now) for call in db.session.scalars(_open_calls(now)).all())
    announced = sa.select(Event).where(Event.state == EventState.ANNOUNCED, Event.scores_by.is_not(None))
    for event in db.session.scalars(announced.order_by(Event.id)).all():
        done += _of_scoring(events.load_whole(event), now)
    db.session.flush()
    return done


# --- calls ------------------------------------------------------------------------------------------------------------


def _open_calls(now: datetime) -> sa.Select[Call]:
    return (
        sa.select(Call)
        .join(Call.event)
        .where(
            Event.state == EventState.ANNOUNCED,
            Event.is_illustrative.is_(False),
            Call.opens_at <= now,
            Call.closes_at > now,
        )
        .order_by(Call.opens_at, Call.id)
    )


def _of_call(call: Call, now: datetime) -> int:
    event = events.load_whole(call.event)
    challenges = [entry.challenge for entry in event.entries if entry.challenge.is_visible]
    areas = {area for challenge in challenges for area in challenge.published_content.get("service_areas") or ()}
    people = followers.administrators_in(sorted(areas))
    titles = "\n".join(f"- {challenge.published_title}" for challenge in challenges)
    why = WHY.format(link=messages.link("/account"))
    told = f"“{event.name}” on {when(event.starts_at)} is held around:\n\n{titles}\n\n"
    until = f"Solutions can be put forward for these challenges until {when(call.closes_at)}."
    body = f"{told}{until}\n\n{why}"
    _send(event, people, f"Call open: {event.name}", body, f"call-open:{call.id}", now)
    if call.closes_at - now > BEFORE:
        return len(people)
    body = f"{told}{until} If you have put yours forward, there is nothing to do.\n\n{why}"
    _send(event, people, f"Call closes soon: {event.name}", body, f"call-closes:{call.id}:{_of(call.closes_at)}", now)
    return 2 * len(people)


# --- scoring ----------------------------------------------------------------------------------------------------------


def _of_scoring(event: Event, now: datetime) -> int:
    ends = event.scores_by
    if ends is None or ends - now > BEFORE:
        return 0
    if ends <= now:
        return _of_ended(event, ends, now)
    done = 0
    found = candidates.list_of(event)
    for entry in event.entries:
        people = _unfinished(entry, [each for each in found if each.entry_id == entry.id])
        title = entry.challenge.published_title
        body = (
            f"Solutions for “{title}” at “{event.name}” can be scored until {when(ends)}. "
            "You, or your council, have not scored all of them."
        )
        path, key = f"/showcases/selection/{entry.id}", f"scores-due:{entry.id}:{_of(ends)}"
        event_messages.send(event, people, f"Scoring ends soon: {title}", body, path, key=key, now=now)
        done += len(people)
    return done


def _unfinished(entry: EventChallenge, found: Iterable[Candidate]) -> list[Account]:
    """Return the officers let in who have candidates to score; its writers where nobody of its council is let in."""
    standing = [each for each in found if each.state is CandidateState.CONSIDERED]
    if not standing:
        return []
    let_in = [each.account for each in entry.declarations if each.is_let_in and not each.is_of_staff]
    if not let_in:
        return list(publication_messages.writers_of(entry.challenge))
    scored = {(score.account_id, c.id) for c in standing for score in c.scores}
    return [person for person in let_in if any((person.id, c.id) not in scored for c in standing)]


def _of_ended(event: Event, ends: datetime, now: datetime) -> int:
    """Tell staff that the time for scoring is over, and how much of it was done."""
    found = [each for each in candidates.list_of(event) if each.state is CandidateState.CONSIDERED]
    unscored = sum(not scoring.counted(each) for each in found)
    body = f"The time for scoring at “{event.name}” ended on {when(ends)}. Without a score: {unscored} of {len(found)}."
    people, path = event_messages.staff(), f"/showcases/{event.id}/manage/selection"
    key = f"scores-over:{event.id}:{_of(ends)}"
    event_messages.send(event, people, f"Scoring has ended: {event.name}", body, path, key=key, now=now)
    return len(people)


def _send(event: Event, people: Iterable[Account], subject: str, body: str, key: str, now: datetime) -> None:
    event_messages.send(event, people, subject, body, f"/showcases/{event.id}", key=key, now=now)


def _of(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")
