"""The chart of `bench load`: times to answer and memory over the minutes, one above the other, as SVG."""

from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT, LEFT, TOP, GAP = 760, 220, 60, 40, 60
COLOURS = ("#1d70b8", "#d4351c", "#00703c", "#4c2c92")
Line = Sequence[tuple[float, float]]


def chart(title: str, panels: Sequence[tuple[str, Mapping[str, Line]]]) -> str:
    """Return panels under each other: (what is measured, lines by name), each line as (minutes, value)."""
    end = max(at for _, lines in panels for line in lines.values() for at, _ in line)
    drawn = "".join(_panel(words, lines, place, end) for place, (words, lines) in enumerate(panels))
    height = TOP + len(panels) * (HEIGHT + GAP) + 20
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" '
        f'font-size="12" role="img"><title>{escape(title)}</title>'
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>'
        f'{drawn}<text x="{WIDTH / 2}" y="{height - 8}" text-anchor="middle">minutes</text></svg>\n'
    )


def _panel(words: str, lines: Mapping[str, Line], place: int, end: float) -> str:
    top = TOP + place * (HEIGHT + GAP)
    bottom, right = top + HEIGHT, WIDTH - 150
    most = max((value for line in lines.values() for _, value in line), default=1.0) or 1.0

    def across(at: float) -> float:
        return LEFT + at / end * (right - LEFT)

    def up(value: float) -> float:
        return bottom - value / most * HEIGHT

    drawn = [f'<text x="{LEFT}" y="{top - 12}" font-weight="bold">{escape(words)}</text>']
    drawn += [
        f'<path d="M{LEFT} {up(value):.1f}H{right}" stroke="#d8dde0"/>'
        f'<text x="{LEFT - 6}" y="{up(value) + 4:.1f}" text-anchor="end">{value:,.0f}</text>'
        for value in (0.0, most / 2, most)
    ]
    drawn += [
        f'<text x="{across(minute):.1f}" y="{bottom + 16}" text-anchor="middle">{minute}</text>'
        for minute in range(0, int(end) + 1, max(1, int(end) // 10))
    ]
    for colour, (name, line) in zip(COLOURS, lines.items(), strict=False):
        points = " ".join(f"{across(at):.1f},{up(value):.1f}" for at, value in line)
        label = up(line[-1][1]) + 4 if line else bottom
        drawn.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        drawn.append(f'<text x="{right + 6}" y="{label:.1f}" fill="{colour}">{escape(name)}</text>')
    return "".join(drawn)
