"""Pages of questions about a challenge: read, ask, answer, moderate."""

from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from showcase.access import current_actor, requires
from showcase.extensions import db
from showcase.forms.base import errors_on
from showcase.forms.questions import AnswerForm, AskForm, ReasonForm, RewordForm
from showcase.listing import csv_download, page_number, words
from showcase.models import Challenge, Question, utc_now
from showcase.policies import Permission
from showcase.services import question_moderation, questions, releases
from showcase.services.paging import Page, paged

bp = Blueprint("questions", __name__)
PAGE_SIZE = 20
ON_CHALLENGE = 5
"""Questions on the challenge's own page; the rest is a link away."""
HEAD = ("Number", "Asked on", "Question", "Answer", "Answered (UTC)", "Answers given")


@bp.app_context_processor
def _for_templates() -> dict[str, Any]:
    return {
        "questions_on": _on,
        "questions_waiting": lambda: questions.count_waiting(seen_by=current_actor()),
        "releases_on": lambda challenge: releases.list_for(challenge, seen_by=current_actor()),
    }


@bp.get("/challenges/<uuid:challenge_id>/questions")
@requires(Permission.PUBLICATION_SEE, Challenge)
def index(challenge: Challenge) -> ResponseReturnValue:
    """List a challenge's questions and answers."""
    actor, now = current_actor(), utc_now()
    page = paged(questions.select_for(challenge, _wanted(), seen_by=actor), page_number(), size=PAGE_SIZE)
    return render_template(
        "questions/index.html",
        challenge=challenge,
        page=page,
        wanted=_wanted(),
        own=questions.own_of(page.items, by=actor),
        may_ask=questions.may_ask(challenge, by=actor, now=now),
        takes_questions=questions.takes_questions(challenge, now=now),
        is_following=questions.is_following(challenge, by=actor),
    )


@bp.get("/challenges/<uuid:challenge_id>/questions.csv")
@requires(Permission.PUBLICATION_SEE, Challenge)
def export(challenge: Challenge) -> ResponseReturnValue:
    """Give the same list as a file."""
    rows = (
        (
            q.number,
            q.asked_on.isoformat(),
            q.wording,
            q.answer.text if q.answer else "",
            q.answer.answered_at if q.answer else None,
            len(q.answers),
        )
        for q in _listed(challenge)
    )
    return csv_download("questions", HEAD, rows)


@bp.get("/challenges/<uuid:challenge_id>/questions.json")
@requires(Permission.PUBLICATION_SEE, Challenge)
def as_json(challenge: Challenge) -> Response:
    """Give questions and answers to programs."""
    return jsonify(
        challenge=str(challenge.id),
        questions=[
            {
                "number": q.number,
                "asked_on": q.asked_on.isoformat(),
                "question": q.wording,
                "answers": [{"answered_at": a.answered_at.isoformat(), "text": a.text} for a in q.answers],
            }
            for q in _listed(challenge)
        ],
    )


@bp.route("/challenges/<uuid:challenge_id>/questions/ask", methods=["GET", "POST"])
@requires(Permission.QUESTION_ASK, Challenge)
def ask(challenge: Challenge) -> ResponseReturnValue:
    """Ask a question about a challenge."""
    form = AskForm()
    if form.validate_on_submit():
        with errors_on(form, "wording"):
            questions.ask(challenge, form.wording.data or "", by=current_actor(), now=utc_now())
            flash(
                "Asked, without your name. You get an e-mail when it is answered, as do all who take part.", "success"
            )
            return redirect(url_for(".index", challenge_id=challenge.id))
    takes = questions.takes_questions(challenge, now=utc_now())
    return render_template("questions/ask.html", challenge=challenge, form=form, takes=takes), form.status


@bp.post("/challenges/<uuid:challenge_id>/questions/follow")
@requires(Permission.QUESTION_ASK, Challenge)
def follow(challenge: Challenge) -> ResponseReturnValue:
    """Be told of answers, or no longer."""
    if request.form.get("follow") == "no":
        questions.unfollow(challenge, by=current_actor())
        flash("You no longer get e-mails about answers, unless you take part.", "success")
    else:
        questions.follow(challenge, by=current_actor(), now=utc_now())
        flash("You get an e-mail when a question about this challenge is answered.", "success")
    return redirect(url_for(".index", challenge_id=challenge.id))


@bp.get("/questions")
@requires(Permission.QUESTION_LIST)
def waiting() -> ResponseReturnValue:
    """List the questions that wait: for a council its own, for staff all."""
    page = paged(questions.select_waiting(seen_by=current_actor()), page_number(), size=PAGE_SIZE)
    return render_template("questions/waiting.html", page=page)


@bp.route("/questions/<uuid:question_id>/answer", methods=["GET", "POST"])
@requires(Permission.QUESTION_ANSWER, Question)
def answer(question: Question) -> ResponseReturnValue:
    """Answer a question to everyone, or correct the last answer."""
    last = question.answer
    form = AnswerForm(text=last.text if last else "", after=str(last.number) if last else "0")
    if form.validate_on_submit():
        with errors_on(form, "text"):
            typed = form.after.data or ""
            after = int(typed) if typed.isdecimal() else -1
            questions.answer(question, form.text.data or "", by=current_actor(), now=utc_now(), after=after)
            return _done(question, "Answered. It stands on the public page, and all who take part have been told.")
    if form.refusal is not None:  # the page shows what stands now, so that what was typed can be sent after all
        form.after.data = str(question.answer.number) if question.answer else "0"
    return render_template("questions/answer.html", question=question, form=form), form.status


@bp.route("/questions/<uuid:question_id>/reword", methods=["GET", "POST"])
@requires(Permission.QUESTION_REWORD, Question)
def reword(question: Question) -> ResponseReturnValue:
    """Take out of a question what tells who asked."""
    form = RewordForm(wording=question.wording)
    if form.validate_on_submit():
        with errors_on(form, "wording"):
            question_moderation.reword(question, form.wording.data or "", by=current_actor(), now=utc_now())
            return _done(question, "Taken out. The original is kept and shown to nobody.")
    return render_template("questions/reword.html", question=question, form=form), form.status


@bp.route("/questions/<uuid:question_id>/withhold", methods=["GET", "POST"])
@requires(Permission.QUESTION_WITHHOLD, Question)
def withhold(question: Question) -> ResponseReturnValue:
    """Take a question off the page."""
    form = ReasonForm()
    if form.validate_on_submit():
        with errors_on(form, "reason"):
            question_moderation.withhold(question, form.reason.data or "", by=current_actor(), now=utc_now())
            return _done(question, "Taken off the page. Whoever asked reads why.")
    return render_template("questions/withhold.html", question=question, form=form), form.status


@bp.route("/questions/<uuid:question_id>/asker", methods=["GET", "POST"])
@requires(Permission.QUESTION_LEARN_ASKER, Question)
def learn_asker(question: Question) -> ResponseReturnValue:
    """Tell staff who asked, once they said why they must know."""
    form, firm = ReasonForm(), None
    if form.validate_on_submit():
        with errors_on(form, "reason"):
            firm = question_moderation.learn_asker(question, form.reason.data or "", by=current_actor())
    return render_template("questions/asker.html", question=question, form=form, firm=firm), form.status


@bp.post("/questions/<uuid:question_id>/withdraw")
@requires(Permission.QUESTION_WITHDRAW, Question)
def withdraw(question: Question) -> ResponseReturnValue:
    """Take one's own question back."""
    questions.withdraw(question, by=current_actor())
    return _done(question, "Taken back. Nobody sees it any more.")


def _done(question: Question, words: str) -> ResponseReturnValue:
    flash(words, "success")
    return redirect(url_for(".index", challenge_id=question.challenge_id))


def _wanted() -> questions.Wanted:
    asked = set(request.args.getlist("status"))
    return questions.Wanted(words(), is_open="open" in asked, is_answered="answered" in asked)


def _listed(challenge: Challenge) -> list[Question]:
    return list(db.session.scalars(questions.select_for(challenge, _wanted(), seen_by=current_actor())))


def _on(challenge: Challenge) -> Page[Question]:
    """Return the answered questions that stand on a challenge's own page."""
    wanted = questions.Wanted(is_answered=True)
    return paged(questions.select_for(challenge, wanted, seen_by=current_actor()), 1, size=ON_CHALLENGE)
