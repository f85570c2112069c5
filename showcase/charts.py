"""Charts, drawn on the server as SVG: no script, no inline style, text stays text, colours come from the page's CSS.

A chart is its title, what it says in words, its figures as a table, and the drawing. `components/charts.html` shows all
of them together, so that nothing is told by the drawing alone. Widths and heights are in the drawing's own units; the
page scales it. Series differ by dash and mark as well as by colour, and each is named at its end.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from math import floor, log10

from markupsafe import Markup, escape

WIDTH, HEIGHT = 640, 320
LEFT, RIGHT, TOP, BOTTOM = 78, 40, 18, 44
SERIES = 6
"""Kinds of line that the stylesheet tells apart."""

Cell = str | int | float | None
Write = Callable[[float], str]


def plain(value: float) -> str:
    """Write a number with commas."""
    return f"{value:,.0f}"


def pounds(pence: float) -> str:
    """Write pence as pounds, short enough for an axis: "£950", "£1.25m", "−£40k"."""
    amount, sign = abs(pence) / 100, "−" if pence < 0 else ""
    for size, letter in ((1_000_000, "m"), (10_000, "k")):
        if amount >= size:
            unit = 1_000_000 if letter == "m" else 1_000
            return f"{sign}£{amount / unit:,.2f}".rstrip("0").rstrip(".") + letter
    return f"{sign}£{amount:,.0f}" if amount == int(amount) else f"{sign}£{amount:,.2f}"


@dataclass(frozen=True)
class Chart:
    """A drawing with all that must stand beside it."""

    title: str
    description: str
    """What the chart shows, in a sentence or two, with its units."""
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    """The figures, as the table and the file give them."""
    drawing: Markup
    numeric: Sequence[int] = field(default=())
    """Places of the number columns, from 0."""
    note: str = ""
    """What must be said wherever the figures stand."""

    @property
    def shown(self) -> list[list[str]]:
        """The figures as a page writes them."""
        return [[f"{c:,}" if isinstance(c, int | float) else c or "" for c in row] for row in self.rows]


@dataclass(frozen=True)
class Line:
    """A series of points (x, y), joined by straight lines, or by steps."""

    name: str
    points: Sequence[tuple[float, float]]
    is_stepped: bool = False


def columns(
    title: str, description: str, values: Sequence[tuple[str, float]], *, write: Write = plain, name: str = "columns"
) -> Markup:
    """Draw upright columns from 0, each with its value above it."""
    top = _ceiling(max((value for _, value in values), default=0))
    parts = list(_grid_across(0, top, write))
    room = (WIDTH - LEFT - RIGHT) / max(1, len(values))
    broad = min(64.0, room * 0.7)
    for place, (label, value) in enumerate(values):
        middle, y = LEFT + room * (place + 0.5), _y(value, 0, top)
        parts.append(_rect("app-chart__bar", middle - broad / 2, y, broad, HEIGHT - BOTTOM - y))
        if value:
            parts.append(_text("app-chart__value", middle, y - 6, write(value), "middle"))
        if len(values) <= 8 or place % -(-len(values) // 8) == 0:
            parts.append(_text("app-chart__tick", middle, HEIGHT - BOTTOM + 20, label, "middle"))
    parts.append(_stroke("app-chart__axis", LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM))
    return _drawing(title, description, parts, name)


def bars(
    title: str, description: str, values: Sequence[tuple[str, float]], *, write: Write = plain, name: str = "bars"
) -> Markup:
    """Draw lying bars, one a line, to the right of a common zero; negative ones to its left."""
    label, value_room, tall, apart = 210, 80, 24, 10
    most = max((value for _, value in values), default=0)
    least = min((value for _, value in values), default=0)
    span = max(most, 0) - min(least, 0) or 1
    left_room = value_room if least < 0 else 0
    broad = WIDTH - label - value_room - left_room
    zero = label + left_room + -min(least, 0) / span * broad
    height = len(values) * (tall + apart) + 10
    parts = []
    for place, (words, value) in enumerate(values):
        y, length = place * (tall + apart) + 6, abs(value) / span * broad
        start, end = (zero - length, zero - length - 8) if value < 0 else (zero, zero + length + 8)
        shown = words if len(words) <= 26 else words[:25].rstrip() + "…"
        parts.append(_text("app-chart__label", label - 10, y + tall * 0.7, shown, "end"))
        parts.append(_rect("app-chart__bar" + (" app-chart__bar--below" if value < 0 else ""), start, y, length, tall))
        parts.append(_text("app-chart__value", end, y + tall * 0.7, write(value), "end" if value < 0 else "start"))
    parts.append(_stroke("app-chart__axis", zero, 2, zero, height - 4))
    return _drawing(title, description, parts, name, height=height)


def lines(
    title: str,
    description: str,
    series: Sequence[Line],
    *,
    x_label: str = "",
    y_label: str = "",
    write_x: Write = plain,
    write_y: Write = plain,
    ticks: Sequence[tuple[float, str]] = (),
    starts_at_zero: bool = True,
    stands_on_zero: bool = True,
    name: str = "lines",
) -> Markup:
    """Draw series over a common pair of axes, with a legend above.

    `ticks` names places on the x axis, if given. The x axis begins at 0 if `starts_at_zero`, the y axis if
    `stands_on_zero`; else each begins near its least value.
    """
    xs = [x for line in series for x, _ in line.points] or [0.0]
    ys = [y for line in series for _, y in line.points] or [0.0]
    low, high = (0.0 if starts_at_zero else min(xs)), max(xs)
    high = high if ticks else _ceiling(high)
    bottom = 0.0 if stands_on_zero else _floor(min(ys), max(ys))
    top = bottom + _ceiling(max(ys) - bottom)
    span = high - low or 1

    def x_of(x: float) -> float:
        return LEFT + (x - low) / span * (WIDTH - LEFT - RIGHT)

    legend = 24 * -(-len(series) // 2)
    parts = list(_legend(series))
    body = list(_grid_across(bottom, top, write_y))
    for x, words in ticks or [(x, write_x(x)) for x in _steps(low, high)]:
        body.append(_text("app-chart__tick", x_of(x), HEIGHT - BOTTOM + 18, words, "middle"))
    body.append(_stroke("app-chart__axis", LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM))
    for place, line in enumerate(series):
        body.append(_path(line, place, x_of, lambda y: _y(y, bottom, top)))
    if x_label:
        body.append(_text("app-chart__name", (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, x_label, "middle"))
    if y_label:
        body.append(_text("app-chart__name", LEFT - 70, TOP - 4, y_label, "start"))
    moved = Markup('<g transform="translate(0 {})">{}</g>').format(legend + 8, Markup("").join(body))
    return _drawing(title, description, [*parts, moved], name, height=HEIGHT + legend + 8)


# --- parts ------------------------------------------------------------------------------------------------------------


def _drawing(title: str, description: str, parts: Iterable[Markup], name: str, *, height: float = HEIGHT) -> Markup:
    return Markup(
        '<svg class="app-chart__drawing" viewBox="0 0 {} {:.0f}" role="img" aria-labelledby="{}-title {}-words" '
        'focusable="false" xmlns="http://www.w3.org/2000/svg"><title id="{}-title">{}</title>'
        '<desc id="{}-words">{}</desc>{}</svg>'
    ).format(WIDTH, height, name, name, name, title, name, description, Markup("").join(parts))


def _legend(series: Sequence[Line]) -> Iterable[Markup]:
    for place, line in enumerate(series):
        x, y = LEFT + (place % 2) * 280, 14 + 24 * (place // 2)
        yield _stroke(f"app-chart__line app-chart__line--{place % SERIES}", x, y, x + 40, y)
        yield _text("app-chart__label", x + 50, y + 5, line.name, "start")


def _path(line: Line, place: int, x_of: Callable[[float], float], y_of: Callable[[float], float]) -> Markup:
    steps: list[str] = []
    for number, (x, y) in enumerate(line.points):
        across, down = x_of(x), y_of(y)
        if number == 0:
            steps.append(f"M{across:.1f} {down:.1f}")
        elif line.is_stepped:
            steps.append(f"H{across:.1f}V{down:.1f}")
        else:
            steps.append(f"L{across:.1f} {down:.1f}")
    path = Markup('<path class="app-chart__line app-chart__line--{}" d="{}"/>').format(place % SERIES, "".join(steps))
    if len(line.points) > 30 or line.is_stepped:
        return path
    dots = (
        Markup('<circle class="app-chart__dot app-chart__dot--{}" cx="{:.1f}" cy="{:.1f}" r="4"/>').format(
            place % SERIES, x_of(x), y_of(y)
        )
        for x, y in line.points
    )
    return path + Markup("").join(dots)


def _grid_across(low: float, top: float, write: Write) -> Iterable[Markup]:
    for value in _steps(low, top):
        y = _y(value, low, top)
        yield _stroke("app-chart__grid", LEFT, y, WIDTH - RIGHT, y)
        yield _text("app-chart__tick", LEFT - 8, y + 5, write(value), "end")


def _y(value: float, low: float, top: float) -> float:
    return HEIGHT - BOTTOM - (value - low) / ((top - low) or 1) * (HEIGHT - TOP - BOTTOM)


def _steps(low: float, high: float) -> list[float]:
    step = _step(high - low)
    first = -(-low // step) * step
    return [first + step * n for n in range(int((high - first) // step) + 1)]


def _ceiling(value: float) -> float:
    """Return the end of an axis that holds the value: a whole number of steps."""
    step = _step(value)
    return max(step, -(-value // step) * step)


def _floor(least: float, most: float) -> float:
    """Return the start of an axis that need not begin at 0: a whole number of steps below the least value."""
    step = _step((most - least) or most)
    return max(0.0, (least // step - 1) * step)


def _step(span: float) -> float:
    """Return a round distance, 1 or more, that goes at most six times into the span."""
    size = 10 ** max(0, floor(log10(span / 6))) if span > 0 else 1
    return next(float(digit * size) for digit in (1, 2, 5, 10) if span <= digit * size * 6)


def _text(kind: str, x: float, y: float, words: str, anchor: str) -> Markup:
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(
        kind, x, y, anchor, escape(words)
    )


def _rect(kind: str, x: float, y: float, broad: float, tall: float) -> Markup:
    return Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="2"/>').format(
        kind, x, y, max(broad, 1), max(tall, 1)
    )


def _stroke(kind: str, x1: float, y1: float, x2: float, y2: float) -> Markup:
    return Markup('<line class="{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>').format(kind, x1, y1, x2, y2)
