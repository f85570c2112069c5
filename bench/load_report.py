"""What came of `bench load`: times by kind of page, errors, memory and processors, as figures, a table and a chart."""

import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from bench import load_plot
from bench.load_visitor import Seen, Timed
from bench.load_watch import EVERY_SECONDS, Sample, Watch

MOST_MS = 300
MOST_GROWTH = 0.05
"""By how much the web's memory may be larger in the last quarter than in the second."""
ARRIVAL_SECONDS = 60.0
"""While people come and sign in, processes load what they keep; these answers are told apart."""
FEWEST = 20
"""Answers of a kind of page below which a 95th percentile means nothing."""


@dataclass(frozen=True)
class Page:
    """How long one kind of page took, in milliseconds to the last byte."""

    answers: int
    p50: float
    p95: float
    most: float


@dataclass(frozen=True)
class Figures:
    """What was measured on one database."""

    engine: str
    minutes: float
    people: int
    think_seconds: float
    answers_a_second: float
    pages: dict[str, Page]
    all_pages: Page
    while_arriving: Page
    errors: list[str]
    refused: int
    memory_mb: dict[str, list[float]]
    """By group, as means of each quarter of the time."""
    web_ms_an_answer: float
    """Processor time of the web processes for each answer: hangs less on what else the machine does."""
    processors: dict[str, float]
    """In use, by group; "others" is what else the machine did."""
    load_average: float

    @property
    def growth(self) -> float:
        """By which share the web's memory grew from the second quarter to the last."""
        _, second, _, last = self.memory_mb["web"]
        return last / second - 1

    @property
    def slow(self) -> list[str]:
        """The kinds of pages that took too long."""
        known = {**self.pages, "all pages": self.all_pages}
        return [name for name, page in known.items() if page.answers >= FEWEST and page.p95 > MOST_MS]

    @property
    def is_within(self) -> bool:
        """Whether everything is within what was promised."""
        return not self.errors and not self.slow and self.growth <= MOST_GROWTH


def figures_of(engine: str, minutes: float, think: float, people: int, seen: Seen, watch: Watch) -> Figures:
    """Work out the figures of one run."""
    by_name: dict[str, list[float]] = defaultdict(list)
    arriving = []
    for one in seen.answers:
        if one.at < ARRIVAL_SECONDS:
            arriving.append(one.seconds)
        else:
            by_name[one.name].append(one.seconds)
    settled = [sample for sample in watch.samples if sample.at >= ARRIVAL_SECONDS] or watch.samples
    quarters = [settled[len(settled) * n // 4 : len(settled) * (n + 1) // 4] or settled[-1:] for n in range(4)]
    return Figures(
        engine=engine,
        minutes=minutes,
        people=people,
        think_seconds=think,
        answers_a_second=round(len(seen.answers) / (minutes * 60), 1),
        pages={name: _page(times) for name, times in sorted(by_name.items()) if name != "assets"},
        all_pages=_page([time for name, times in by_name.items() if name != "assets" for time in times]),
        while_arriving=_page(arriving),
        errors=seen.errors,
        refused=seen.refused,
        memory_mb={
            name: [round(fmean(sample.memory_mb[name] for sample in quarter), 1) for quarter in quarters]
            for name in watch.groups
        },
        web_ms_an_answer=_web_ms(settled, seen),
        processors={
            name: round(fmean(sample.processors[name] for sample in settled), 2) for name in (*watch.groups, "others")
        },
        load_average=round(os.getloadavg()[1], 1),
    )


def _web_ms(settled: Sequence[Sample], seen: Seen) -> float:
    answers = sum(settled[0].at <= one.at < settled[-1].at for one in seen.answers)
    seconds = sum(sample.processors["web"] * EVERY_SECONDS for sample in settled[1:])
    return round(1000 * seconds / answers, 1) if answers else 0.0


def _page(times: Sequence[float]) -> Page:
    ordered = sorted(times) or [0.0]
    p50, p95 = (ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in (0.5, 0.95))
    return Page(len(times), *(round(1000 * one, 1) for one in (p50, p95, ordered[-1])))


def as_table(figures: Figures) -> str:
    """Return the figures as text."""
    rows = [("page", "answers", "p50 ms", "p95 ms", "most ms"), *(_row(*item) for item in figures.pages.items())]
    rows += [_row("all pages", figures.all_pages), _row("in the first minute", figures.while_arriving)]
    lines = [
        f"{figures.engine}: {figures.people} people, {figures.minutes:g} minutes, {figures.think_seconds:g} s to think"
    ]
    lines += [f"{name:<44}" + "".join(f"{value:>10}" for value in values) for name, *values in rows]
    said = f"{figures.answers_a_second} answers a second, {figures.web_ms_an_answer:.0f} ms of web processor each"
    lines += [f"{said}; {figures.refused} forms refused"]
    lines += [f"memory of {name}, MB by quarter: {values}" for name, values in figures.memory_mb.items()]
    lines += [f"processors in use: {figures.processors}; load average {figures.load_average} of {os.cpu_count()}"]
    lines += [f"{len(figures.errors)} errors", *figures.errors[:10]]
    lines += [f"too slow: {', '.join(figures.slow)}" if figures.slow else "every page within its limit"]
    return "\n".join([*lines, "within all limits" if figures.is_within else "NOT within all limits", ""])


def _row(name: str, page: Page) -> tuple[str, ...]:
    return (name, str(page.answers), *(f"{time:.0f}" for time in (page.p50, page.p95, page.most)))


def chart_of(engine: str, seen: Seen, watch: Watch) -> str:
    """Draw what was seen and watched over the minutes, as SVG."""
    by_slice: dict[int, list[Timed]] = defaultdict(list)
    for one in seen.answers:
        if one.name != "assets":
            by_slice[int(one.at // 10)].append(one)
    pages = {at / 6: _page([one.seconds for one in answers]) for at, answers in sorted(by_slice.items())}
    memory = {name: [(one.at / 60, one.memory_mb[name]) for one in watch.samples] for name in watch.groups}
    times = {
        "p95": [(at, page.p95) for at, page in pages.items()],
        "p50": [(at, page.p50) for at, page in pages.items()],
    }
    used = {
        name: [(s.at / 60, 100 * s.processors[name]) for s in watch.samples] for name in ("web", "people", "others")
    }
    return load_plot.chart(
        f"People at work on a full service, {engine}",
        [
            ("milliseconds to answer, in ten seconds each", times),
            ("memory, MB", memory),
            ("processor time, % of one processor", used),
        ],
    )
