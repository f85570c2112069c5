"""How councils score candidates: by the event's criteria, each officer alone, with a comment.

Marks weigh as their criteria do and come to a figure from 0 to 100. Nobody sees others' scores of a candidate before
giving their own. Where officers are far apart, an alert asks them to talk. Scores of people who are not let in (any
more) are kept and do not count.
"""

import statistics
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from showcase.errors import DomainError
from showcase.extensions import db
from showcase.models import Candidate, Criterion, EventChallenge, Score
from showcase.models.enums import CandidateState, CriterionKind
from showcase.policies import Actor, Permission, can, require
from showcase.services import audit, events

FAR_APART = 30
"""Points of 100 between the highest and the lowest score of a candidate from which on an alert is shown."""


@dataclass(frozen=True)
class Result:
    """What a candidate's scores come to."""

    count: int
    average: float | None
    """Points of 100; None without a score."""
    spread: float
    """Points between the highest and the lowest."""
    by_criterion: Mapping[uuid.UUID, float]
    """Average mark by criterion."""

    @property
    def is_far_apart(self) -> bool:
        """Whether those who scored should talk."""
        return self.spread >= FAR_APART


@dataclass(frozen=True)
class Progress:
    """How far the scoring for a challenge has come."""

    candidates: int
    officers: int
    """People of its council who are let in."""
    scores: int
    unscored: int
    """Candidates that nobody has scored."""

    @property
    def wanted(self) -> int:
        """Scores there would be if everyone let in scored every candidate."""
        return self.candidates * self.officers


def give(candidate: Candidate, marks: Mapping[uuid.UUID, int], comment: str, *, by: Actor, now: datetime) -> Score:
    """Score a candidate, or change one's own score, as long as nothing is decided about it.

    Raises:
        NotAllowed: the policy says no.
        DomainError: a mark is missing or impossible, or the comment is missing.
    """
    require(by, Permission.CANDIDATE_SCORE, candidate)
    criteria = events.criteria_of(candidate.entry.event)
    checked = {str(each.id): _checked(each, marks.get(each.id)) for each in criteria}
    if not comment.strip():
        raise DomainError("Say in a sentence or two why you marked it so: the supplier learns from it.")
    db.session.refresh(candidate, with_for_update=True)
    require(by, Permission.CANDIDATE_SCORE, candidate)
    score = own(candidate, by=by)
    before = dict(score.marks) if score else None
    if score is None:
        score = Score(candidate=candidate, account_id=by.account_id, organisation_id=by.organisation_id, created_at=now)
        db.session.add(score)
    score.marks, score.comment, score.updated_at = checked, comment.strip(), now
    db.session.flush()
    audit.record("candidate.scored", candidate, by=by, marks=checked, marks_before=before or {})
    return score


def own(candidate: Candidate, *, by: Actor) -> Score | None:
    """Return a person's own score of a candidate."""
    return next((score for score in candidate.scores if score.account_id == by.account_id), None)


def shown(candidate: Candidate, *, seen_by: Actor) -> Sequence[Score]:
    """Return the scores of a candidate that the viewer may see; none to who could still give their own unswayed."""
    return counted(candidate) if are_shown(candidate, seen_by=seen_by) else []


def are_shown(candidate: Candidate, *, seen_by: Actor) -> bool:
    """Tell whether the viewer may see scores: staff do, who has scored it does, and who reads it once it is told."""
    if not can(seen_by, Permission.CANDIDATE_READ, candidate):
        return False
    return seen_by.is_staff or own(candidate, by=seen_by) is not None or candidate.told_at is not None


def counted(candidate: Candidate) -> list[Score]:
    """Return the scores that count: those of people who are let in."""
    let_in = {each.account_id for each in candidate.entry.declarations if each.is_let_in}
    return [score for score in candidate.scores if score.account_id in let_in]


def points(score: Score, criteria: Sequence[Criterion]) -> float:
    """Return what a score comes to: from 0 to 100, each mark by its criterion's weight."""
    total = sum(each.weight for each in criteria)
    return sum(100 * each.weight * _share(each, score.marks.get(str(each.id), 0)) for each in criteria) / total


def result_of(candidate: Candidate, criteria: Sequence[Criterion]) -> Result:
    """Return what a candidate's scores come to."""
    scores = counted(candidate)
    found = [points(score, criteria) for score in scores]
    if not found:
        return Result(0, None, 0.0, {})
    by_criterion = {
        each.id: statistics.fmean(score.marks.get(str(each.id), 0) for score in scores) for each in criteria
    }
    return Result(len(found), statistics.fmean(found), max(found) - min(found), by_criterion)


def progress_of(entry: EventChallenge, found: Sequence[Candidate]) -> Progress:
    """Return how far the scoring for a challenge has come, given its candidates."""
    officers = sum(each.is_let_in and not each.is_of_staff for each in entry.declarations)
    open_ones = [each for each in found if each.state is not CandidateState.WITHDRAWN]
    scores = sum(len(counted(candidate)) for candidate in open_ones)
    return Progress(len(open_ones), officers, scores, sum(not counted(candidate) for candidate in open_ones))


def least(criterion: Criterion) -> int:
    """Return the lowest mark of a criterion."""
    return 1 if criterion.kind is CriterionKind.RATING else 0


def most(criterion: Criterion) -> int:
    """Return the best mark of a criterion."""
    return 1 if criterion.kind is CriterionKind.YES_NO else criterion.most


def _share(criterion: Criterion, mark: int) -> float:
    """Return a mark as a share of the way from the lowest to the best."""
    return (mark - least(criterion)) / (most(criterion) - least(criterion))


def _checked(criterion: Criterion, mark: int | None) -> int:
    if mark is None or not least(criterion) <= mark <= most(criterion):
        words = "yes or no" if criterion.kind is CriterionKind.YES_NO else f"{least(criterion)} to {most(criterion)}"
        raise DomainError(f"Mark “{criterion.name}”: {words}.")
    return mark
