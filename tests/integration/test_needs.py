"""Similar needs: what the worker puts together, who sees it, what staff decide and that it lasts."""

import csv
from collections.abc import Callable
from contextlib import AbstractContextManager
from io import StringIO

import pytest
import sqlalchemy as sa
from flask import Flask

from matching.embedder import HashEmbedder
from showcase.access import actor_for
from showcase.errors import Conflict, NotAllowed
from showcase.extensions import db
from showcase.models import AuditEntry, Challenge, Council, Need, NeedMember, NeedRefusal, Vector, utc_now
from showcase.policies import PUBLIC, Permission, can, visible_to
from showcase.services import encodings, index, need_decisions, need_export, need_groups, needs, publications, vectors
from showcase.worker import run_once
from tests.integration.conftest import CheckedClient, People, Statements, member_of
from tests.integration.matching_texts import (
    cards,
    encode,
    fresh_index,  # noqa: F401 - a fixture that each test here uses
    live_challenge,
)
from tests.integration.publication_texts import a_challenge, take

pytestmark = pytest.mark.either_database

Counting = Callable[[], AbstractContextManager[Statements]]
BINS = {
    "title": "How might we know that a bin was missed?",
    "service_areas": ["waste"],
    "problem": "Crews miss bins on their rounds, and lorries leave before residents ring the contact centre.",
    "users": "A crew leader needs to know during the round which bins were missed.",
}
MISSED = {
    "title": "How might we collect a missed bin on the same round?",
    "service_areas": ["waste"],
    "problem": "Residents ring the contact centre since crews on a round miss bins and lorries leave.",
    "users": "During the round, a crew leader needs to know which bins the crew missed.",
}
MOULD = {
    "title": "How might we see mould before winter?",
    "problem": "Tenants complain of damp when a child has been ill. We learn of damp last; 380 complained last winter.",
    "users": "Repairs: a housing officer needs to see homes at risk of damp, so that complaints do not come before.",
}


def group() -> int:
    """Do the worker's part."""
    encode()
    done = need_groups.refresh(model=encodings.in_use())
    db.session.expire_all()
    return done


def need_of(challenge: Challenge) -> Need:
    return db.session.scalars(
        sa.select(Need).join(NeedMember, NeedMember.need_id == Need.id).where(NeedMember.challenge_id == challenge.id)
    ).one()


def homes() -> dict[str, str]:
    """Return where each challenge stands, by title."""
    rows = db.session.execute(sa.select(NeedMember.challenge_id, NeedMember.need_id))
    return {db.session.get_one(Challenge, row.challenge_id).title: str(row.need_id) for row in rows}


def listed(people: People) -> list[str]:
    found = db.session.scalars(needs.list_shared(seen_by=PUBLIC)).all()
    return [summary.title for summary in needs.summaries(found).values()]


@pytest.fixture
def challenges(people: People) -> dict[str, Challenge]:
    """Two councils on bins, two on damp, grouped."""
    found = {
        "bins": live_challenge(people, people.officer, **BINS),
        "missed": live_challenge(people, people.other_officer, **MISSED),
        "damp": live_challenge(people, people.officer),
        "mould": live_challenge(people, people.other_officer, **MOULD),
    }
    group()
    return found


# --- the worker -------------------------------------------------------------------------------------------------------


def test_the_same_need_in_other_words_is_found(people: People, challenges: dict[str, Challenge]) -> None:
    assert need_of(challenges["bins"]).id == need_of(challenges["missed"]).id
    assert need_of(challenges["damp"]).id == need_of(challenges["mould"]).id
    assert need_of(challenges["bins"]).id != need_of(challenges["damp"]).id
    assert len(listed(people)) == 2
    need = need_of(challenges["bins"])
    assert needs.summary_of(need).title in (BINS["title"], MISSED["title"])
    assert needs.summary_of(need).councils == ["Eastbrook", "Northmere"]
    assert needs.summary_of(need).service_areas == ["waste"]
    assert needs.summary_of(need).sureness
    content = needs.content_of(need)
    assert {"bin", "lorries"} <= {word.lower() for word in content.terms}
    said = {(pair.left.id, "".join(piece.text for piece in pair.said_left)) for pair in content.shared}
    assert all(text in " ".join(map(str, db.session.get_one(Challenge, id).content.values())) for id, text in said)
    assert said


def test_a_round_with_nothing_new_does_nothing(people: People, challenges: dict[str, Challenge]) -> None:
    before = homes()
    assert group() == 0
    assert homes() == before


def test_one_more_challenge_leaves_the_others_where_they_are(people: People, challenges: dict[str, Challenge]) -> None:
    before = homes()
    live_challenge(people, people.officer, title="A third on bins", **{k: v for k, v in MISSED.items() if k != "title"})
    assert group() == 1
    after = homes()
    assert {title: after[title] for title in before} == before
    assert after["A third on bins"] == before[BINS["title"]]


def test_a_withdrawn_challenge_leaves_and_a_changed_one_is_placed_anew(
    people: People, challenges: dict[str, Challenge]
) -> None:
    kept = need_of(challenges["bins"]).id
    take(challenges["missed"], "archive", people.other_officer)
    group()
    group()
    assert need_of(challenges["bins"]).id == kept
    assert len(listed(people)) == 1
    mould = challenges["mould"]
    by = actor_for(people.other_officer)
    publications.save(mould, {**mould.content, **MISSED}, revision=mould.revision, by=by, now=utc_now())
    take(mould, "submit", people.other_officer)
    take(mould, "publish", people.staff)
    assert group() == 2
    assert need_of(mould).id == kept
    assert needs.summary_of(need_of(challenges["damp"])).sureness == ""
    assert group() == 0


def test_everything_can_be_worked_out_again(people: People, challenges: dict[str, Challenge]) -> None:
    before = homes()
    need_groups.forget_placing()
    group()
    assert homes() == before
    db.session.execute(sa.delete(Need))
    group()
    assert sorted(map(sorted, _sets(homes()))) == sorted(map(sorted, _sets(before)))


def _sets(found: dict[str, str]) -> list[list[str]]:
    return [[title for title, home in found.items() if home == wanted] for wanted in set(found.values())]


def test_nothing_is_grouped_without_the_model(people: People, client: CheckedClient) -> None:
    for member, answers in ((people.officer, BINS), (people.other_officer, MISSED)):
        live_challenge(people, member, **answers)
    db.session.commit()
    model = encodings.in_use()
    vectors.refresh(None, model=model)
    index.recalibrate(model=model)
    assert need_groups.refresh(model=model) == 0
    page = client.get("/needs").text
    assert "None found yet" in page
    assert "not available when 2 published challenges were read" in page
    group()
    assert len(listed(people)) == 1
    assert "not available when" not in client.get("/needs").text


def test_the_list_as_a_file(client: CheckedClient, people: People, challenges: dict[str, Challenge]) -> None:
    need = need_of(challenges["bins"])
    assert 'href="/needs/export.csv"' in client.get("/needs").text
    rows = list(csv.DictReader(StringIO(client.get("/needs/export.csv").text.removeprefix("\ufeff"))))
    assert tuple(rows[0]) == need_export.HEAD
    assert sorted(row["Challenge"] for row in rows) == sorted(one.published_title for one in challenges.values())
    mine = [row for row in rows if row["Address of the need"].endswith(f"/needs/{need.id}")]
    assert {row["Council"] for row in mine} == {"Northmere", "Eastbrook"}
    assert {row["Need"] for row in mine} == {needs.summary_of(need).title}
    assert {float(row["Likeness"]) for row in mine} == {need.likeness}
    need_decisions.dismiss(need, "Not alike", by=actor_for(people.staff), now=utc_now())
    db.session.commit()
    assert "/challenges/" in client.get("/needs/export.csv").text
    assert str(need.id) not in client.get("/needs/export.csv?show=dismissed").text
    client.sign_in(people.staff)
    assert str(need.id) in client.get("/needs/export.csv?show=dismissed").text


def test_a_view_that_no_longer_holds_writes_nothing(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody divides a need while the worker is working it out: the worker's answer is thrown away."""
    with own_app.app_context():
        people, made = _two_on_bins()
        run_once(own_app, HashEmbedder())
        assert need_of(made[0]).id == need_of(made[1]).id
        need_groups.forget_placing()
        db.session.commit()
        work_out = need_groups._work_out

        def meanwhile(view: need_groups.View, model: str) -> list[need_groups.Placed]:
            found = work_out(view, model)
            need_decisions.divide(need_of(made[0]), [made[1].id], by=actor_for(people.staff), now=utc_now())
            db.session.commit()
            return found

        monkeypatch.setattr(need_groups, "_work_out", meanwhile)
        assert need_groups.refresh(model=encodings.in_use()) == 0
        monkeypatch.undo()
        for _ in range(3):
            run_once(own_app, HashEmbedder())
            assert need_of(made[0]).id != need_of(made[1]).id
        assert need_groups.refresh(model=encodings.in_use()) == 0


def _two_on_bins() -> tuple[People, list[Challenge]]:
    from showcase.models import Host, Supplier

    since = utc_now()
    host = Host(name="Local Government Association", approved_at=since)
    councils = [Council(name=name, approved_at=since) for name in ("Northmere", "Eastbrook")]
    firm = Supplier(name="Plain Answers Ltd", approved_at=since)
    db.session.add_all([host, *councils, firm])
    staff, one, other, founder = (
        member_of(organisation, name, is_administrator=True)
        for organisation, name in zip([host, *councils, firm], ("Sam", "Olive", "Omar", "Fay"), strict=True)
    )
    db.session.commit()
    people = People(staff, one, other, founder, founder)
    return people, [live_challenge(people, one, **BINS), live_challenge(people, other, **MISSED)]


# --- what staff decide ------------------------------------------------------------------------------------------------


def rebuilt() -> None:
    """Place everything anew."""
    need_groups.forget_placing()
    group()
    group()


def test_what_is_divided_stays_apart(people: People, challenges: dict[str, Challenge]) -> None:
    by = actor_for(people.staff)
    bins, missed = challenges["bins"], challenges["missed"]
    made = need_decisions.divide(need_of(bins), [missed.id], by=by, now=utc_now())
    made_id, old_id = made.id, need_of(bins).id
    rebuilt()
    assert (need_of(missed).id, need_of(bins).id) == (made_id, old_id)
    assert len(listed(people)) == 1
    third = live_challenge(people, people.officer, **{**MISSED, "title": "A third on bins"})
    group()
    rebuilt()
    assert need_of(bins).id != need_of(missed).id
    assert need_of(third).id in (made_id, old_id)


def test_what_is_joined_stays_together_and_its_address_leads_on(
    people: People, challenges: dict[str, Challenge], client: CheckedClient
) -> None:
    by = actor_for(people.staff)
    kept, other = need_of(challenges["bins"]), need_of(challenges["damp"])
    need_decisions.rename(other, "Homes and bins", by=by)
    need_decisions.join(kept, other, by=by)
    kept_id, other_id = kept.id, other.id
    rebuilt()
    assert {str(kept_id)} == set(homes().values())
    assert listed(people) == ["Homes and bins"]
    assert needs.summary_of(db.session.get_one(Need, kept_id)).sureness == needs.BY_STAFF
    answer = client.get(f"/needs/{other_id}")
    assert answer.location == f"/needs/{kept_id}"
    with pytest.raises(NotAllowed):
        need_decisions.rename(db.session.get_one(Need, other_id), "Again", by=by)


def test_a_later_word_replaces_an_earlier_one(people: People, challenges: dict[str, Challenge]) -> None:
    by = actor_for(people.staff)
    bins, missed, damp = (challenges[name] for name in ("bins", "missed", "damp"))
    start = need_of(bins)
    made = need_decisions.divide(start, [missed.id], by=by, now=utc_now())
    need_decisions.join(start, made, by=by)
    rebuilt()
    assert need_of(bins).id == need_of(missed).id
    need_decisions.move(need_of(bins), [missed.id], need_of(damp), by=by)
    rebuilt()
    assert need_of(missed).id == need_of(damp).id != need_of(bins).id
    need_decisions.move(need_of(missed), [missed.id], need_of(bins), by=by)
    rebuilt()
    assert need_of(missed).id == need_of(bins).id
    refused = db.session.execute(sa.select(NeedRefusal.challenge_id, NeedRefusal.need_id)).all()
    assert all(
        db.session.scalar(sa.select(NeedMember.need_id).where(NeedMember.challenge_id == c)) != n for c, n in refused
    )


def test_a_fixed_challenge_keeps_its_place_while_it_is_withdrawn(
    people: People, challenges: dict[str, Challenge]
) -> None:
    missed = challenges["missed"]
    need_decisions.move(need_of(missed), [missed.id], need_of(challenges["damp"]), by=actor_for(people.staff))
    place = need_of(missed).id
    take(missed, "archive", people.other_officer)
    group()
    assert need_of(missed).id == place
    assert missed not in needs.challenges_of(need_of(missed))
    take(missed, "restore", people.other_officer)
    take(missed, "submit", people.other_officer)
    take(missed, "publish", people.staff)
    group()
    assert need_of(missed).id == place
    assert group() == 0


def test_a_name_and_a_dismissal_outlast_the_worker(people: People, challenges: dict[str, Challenge]) -> None:
    by = actor_for(people.staff)
    need = need_of(challenges["bins"])
    need_decisions.rename(need, "  Missed   bins ", by=by)
    assert needs.summary_of(need).title == "Missed bins"
    need_decisions.dismiss(need, "Two rounds of one depot", by=by, now=utc_now())
    with pytest.raises(Conflict):
        need_decisions.dismiss(need, "Again", by=by, now=utc_now())
    rebuilt()
    need = need_of(challenges["bins"])
    assert (need.name, need.is_dismissed) == ("Missed bins", True)
    assert "Missed bins" not in listed(people)
    assert needs.find_for(challenges["bins"], seen_by=PUBLIC) is None
    need_decisions.restore(need, by=by)
    assert "Missed bins" in listed(people)
    actions = set(db.session.scalars(sa.select(AuditEntry.action).where(AuditEntry.action.startswith("need."))))
    assert actions == {"need.renamed", "need.dismissed", "need.restored"}


def test_only_staff_decide(people: People, challenges: dict[str, Challenge], client: CheckedClient) -> None:
    need, other = need_of(challenges["bins"]), need_of(challenges["damp"])
    missed = challenges["missed"].id
    for member in (people.officer, people.other_officer, people.founder):
        actor = actor_for(member)
        for decide in (
            lambda by=actor: need_decisions.rename(need, "X", by=by),
            lambda by=actor: need_decisions.divide(need, [missed], by=by, now=utc_now()),
            lambda by=actor: need_decisions.move(need, [missed], other, by=by),
            lambda by=actor: need_decisions.join(need, other, by=by),
            lambda by=actor: need_decisions.dismiss(need, "X", by=by, now=utc_now()),
            lambda by=actor: need_decisions.restore(need, by=by),
        ):
            with pytest.raises(NotAllowed):
                decide()
        client.sign_in(member)
        assert client.get(f"/needs/{need.id}/arrange").status_code == 403
        for verb in ("name", "move", "join", "dismiss", "restore"):
            assert client.post(f"/needs/{need.id}/{verb}").status_code == 403, verb
        assert "Arrange this need" not in client.get(f"/needs/{need.id}").text
    client.sign_out()
    assert client.post(f"/needs/{need.id}/join").status_code == 302
    client.sign_in(people.staff)
    assert "Arrange this need" in client.get(f"/needs/{need.id}").text


# --- pages ------------------------------------------------------------------------------------------------------------


def test_lists_and_objects_agree(people: People, challenges: dict[str, Challenge]) -> None:
    by = actor_for(people.staff)
    need_decisions.dismiss(need_of(challenges["damp"]), "No need", by=by, now=utc_now())
    made = need_decisions.divide(need_of(challenges["bins"]), [challenges["missed"].id], by=by, now=utc_now())
    third = live_challenge(people, people.officer, **{**MISSED, "title": "A third on bins"})
    group()
    need_decisions.join(made, need_of(third), by=by) if need_of(third).id != made.id else None
    db.session.commit()
    everything = db.session.scalars(sa.select(Need)).all()
    assert len(everything) >= 3
    for actor in (PUBLIC, *map(actor_for, vars(people).values())):
        seen = set(db.session.scalars(sa.select(Need.id).where(visible_to(actor, Need))))
        assert seen == {need.id for need in everything if can(actor, Permission.NEED_SEE, need)}
        assert len(seen) == len(everything) if actor.is_staff else 0 < len(seen) < len(everything)


def test_everyone_sees_a_need_and_why(people: People, challenges: dict[str, Challenge], client: CheckedClient) -> None:
    need = need_of(challenges["bins"])
    for member in (None, *vars(people).values()):
        if member:
            client.sign_in(member)
        assert sorted(cards(client.get("/needs").text)) == sorted(listed(people))
        page = client.get(f"/needs/{need.id}").text
        assert sorted(cards(page)) == sorted([BINS["title"], MISSED["title"]])
        assert "Northmere says" in page
        assert "<mark>bins</mark>" in page
        assert f"({need.likeness:.1f})" in page
        assert "Incumbent Systems" not in page
        assert "25k" not in page
        link = client.get(f"/challenges/{challenges['bins'].id}").text
        assert f'href="/needs/{need.id}">2 councils describe this need</a>' in link


def test_drafts_and_suspended_councils_do_not_count(
    people: People, challenges: dict[str, Challenge], client: CheckedClient
) -> None:
    a_challenge(people.officer, **{**MISSED, "title": "A draft on bins"})
    db.session.commit()
    need = need_of(challenges["bins"])
    people.other_officer.organisation.suspended_at = utc_now()
    db.session.commit()
    group()
    assert listed(people) == []
    assert client.get(f"/needs/{need.id}").status_code == 302
    client.sign_in(people.founder)
    assert client.get(f"/needs/{need.id}").status_code == 404
    assert "A draft on bins" not in client.get("/needs").text
    client.sign_in(people.staff)
    assert cards(client.get(f"/needs/{need.id}").text) == [BINS["title"]]


def test_a_list_costs_the_same_however_long_it_is(
    people: People, challenges: dict[str, Challenge], client: CheckedClient, count_queries: Counting
) -> None:
    client.get("/needs")
    with count_queries() as two:
        client.get("/needs")
    for member in (people.officer, people.other_officer):
        live_challenge(
            people,
            member,
            title="How might we translate letters?",
            problem="Letters in long sentences puzzle families who read another language at home.",
            users="A resident needs a letter in the language that the family reads.",
        )
    group()
    assert len(listed(people)) == 3
    with count_queries() as three:
        client.get("/needs")
    assert len(two) == len(three)


def test_staff_arrange_on_the_page(people: People, challenges: dict[str, Challenge], client: CheckedClient) -> None:
    client.sign_in(people.staff)
    need, other = need_of(challenges["bins"]), need_of(challenges["damp"])
    start, missed = f"/needs/{need.id}", str(challenges["missed"].id)
    assert client.get(f"{start}/arrange").status_code == 200
    assert client.post(f"{start}/move", data={"target": "own"}).status_code == 422
    everything = [missed, str(challenges["bins"].id)]
    refused = client.post(f"{start}/move", data={"challenges": everything, "target": "own"})
    assert "Leave at least one challenge where it is" in refused.text
    assert client.post(f"{start}/join", data={"other": ""}).status_code == 422
    assert client.post(f"{start}/dismiss", data={"reason": " "}).status_code == 422
    assert client.post(f"{start}/name", data={"name": "x" * 201}).status_code == 422
    assert client.post(f"{start}/name", data={"name": "Missed bins"}).location == start
    moved = client.post(f"{start}/move", data={"challenges": [missed], "target": str(other.id)})
    assert moved.location == f"/needs/{other.id}"
    assert "Being measured" in client.get(moved.location).text
    group()
    assert "Being measured" not in client.get(moved.location).text
    own = client.post(f"{moved.location}/move", data={"challenges": [missed], "target": "own"}).location
    assert cards(client.get(own).text) == [MISSED["title"]]
    assert client.post(f"{start}/join", data={"other": own.removeprefix("/needs/")}).location == start
    assert client.get(own).location == start
    client.post(f"{start}/dismiss", data={"reason": "One depot"})
    assert "One depot" in client.get(start).text
    assert cards(client.get("/needs?show=dismissed").text) == ["Missed bins"]
    client.post(f"{start}/restore")
    assert "Missed bins" in cards(client.get("/needs").text)
    recorded = db.session.scalars(sa.select(AuditEntry.action).where(AuditEntry.action.startswith("need."))).all()
    assert sorted(recorded) == [
        "need.dismissed",
        "need.divided",
        "need.joined",
        "need.moved",
        "need.renamed",
        "need.restored",
    ]


def test_a_page_waits_for_the_words_it_shows(people: People, challenges: dict[str, Challenge]) -> None:
    """Passages are cut from the text that was encoded; while a newer one waits, none are shown."""
    need = need_of(challenges["bins"])
    assert needs.content_of(need).shared
    db.session.execute(sa.update(Vector).values(terms=db.session.scalars(sa.select(Vector.terms)).first()))
    db.session.commit()
    assert needs.content_of(need).shared == ()
