"""How fair a showcase's selection is as a whole.

Places by size and region of supplier, who appears twice, which challenge has no good match. Whether names are shown is
for the page to say.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from showcase.models import Candidate, Criterion, Event, EventChallenge, Supplier
from showcase.models.enums import CandidateState
from showcase.models.vocabularies import vocabulary
from showcase.services import scoring

GOOD = 50
"""Points of 100 from which on a candidate counts as a good match."""
SIZES = ((10, "Micro: up to 9 staff"), (50, "Small: 10 to 49 staff"), (250, "Medium: 50 to 249 staff"))
LARGE, UNKNOWN = "Large: 250 staff or more", "Not said"


@dataclass(frozen=True)
class Line:
    """One kind of supplier."""

    words: str
    considered: int
    chosen: int


@dataclass(frozen=True)
class Twice:
    """A supplier with more than one candidate."""

    name: str
    considered: int
    chosen: int


@dataclass(frozen=True)
class Fairness:
    """The whole event at a glance."""

    by_size: Sequence[Line]
    by_region: Sequence[Line]
    twice: Sequence[Twice]
    unmatched: Sequence[tuple[EventChallenge, str]]
    """Challenges without a good match, and why they count as such."""
    considered: int
    chosen: int


def of(event: Event, found: Sequence[Candidate], criteria: Sequence[Criterion]) -> Fairness:
    """Return how fair the selection of an event is as it stands."""
    found = [candidate for candidate in found if candidate.state is not CandidateState.WITHDRAWN]
    sizes = [words for _, words in SIZES] + [LARGE, UNKNOWN]
    regions = [*vocabulary("regions").labels.values(), UNKNOWN]
    return Fairness(
        _lines(found, size_of, sizes),
        _lines(found, _region_of, regions),
        _twice(found),
        [(entry, words) for entry in event.entries if (words := _lack(entry, found, criteria))],
        len(found),
        len(_chosen(found)),
    )


def size_of(candidate: Candidate) -> str:
    """Return the size of a candidate's supplier in words."""
    supplier = candidate.solution.organisation
    staff = supplier.staff if isinstance(supplier, Supplier) else None
    if staff is None:
        return UNKNOWN
    return next((words for below, words in SIZES if staff < below), LARGE)


def _region_of(candidate: Candidate) -> str:
    region = candidate.solution.organisation.region
    return vocabulary("regions").label(region) if region else UNKNOWN


def _chosen(found: Sequence[Candidate]) -> list[Candidate]:
    return [candidate for candidate in found if candidate.state is CandidateState.CHOSEN]


def _lines(found: Sequence[Candidate], kind: Callable[[Candidate], str], order: Sequence[str]) -> list[Line]:
    considered, chosen = Counter(map(kind, found)), Counter(map(kind, _chosen(found)))
    return [Line(words, considered[words], chosen[words]) for words in order if considered[words]]


def _twice(found: Sequence[Candidate]) -> list[Twice]:
    considered = Counter(candidate.solution.organisation for candidate in found)
    chosen = Counter(candidate.solution.organisation for candidate in _chosen(found))
    lines = [Twice(firm.name, count, chosen[firm]) for firm, count in considered.items() if count > 1]
    return sorted(lines, key=lambda line: (-line.chosen, -line.considered, line.name))


def _lack(entry: EventChallenge, found: Sequence[Candidate], criteria: Sequence[Criterion]) -> str:
    """Return why a challenge counts as having no good match; blank when it has one, or nobody has scored yet."""
    own = [candidate for candidate in found if candidate.entry_id == entry.id]
    if not own:
        return "no candidate"
    averages = [result.average for each in own if (result := scoring.result_of(each, criteria)).average is not None]
    if averages and max(averages) < GOOD:
        return f"no candidate reaches {GOOD} of 100 points"
    is_decided = all(candidate.state is not CandidateState.CONSIDERED for candidate in own)
    return "no candidate is chosen" if is_decided and not _chosen(own) else ""
