"""A small chart of a query's processor time by number of profiles, both on logarithmic scales, as SVG."""

import math
from collections.abc import Callable, Mapping, Sequence

WIDTH, HEIGHT, MARGIN = 640, 400, 70


def curve(points: Sequence[Mapping[str, float]]) -> str:
    """Return the chart of points that have `profiles` and `cpu_ms_p50`."""
    sizes, times = [one["profiles"] for one in points], [one["cpu_ms_p50"] for one in points]
    across, up = _scale(sizes, MARGIN, WIDTH - 30), _scale(times, HEIGHT - MARGIN, 30)
    line = " ".join(f"{across(size):.1f},{up(time):.1f}" for size, time in zip(sizes, times, strict=True))
    marks = "".join(
        f'<circle cx="{across(size):.1f}" cy="{up(time):.1f}" r="4"/>'
        f'<text x="{across(size):.1f}" y="{up(time) - 10:.1f}" text-anchor="middle">{time:.0f} ms</text>'
        f'<text x="{across(size):.1f}" y="{HEIGHT - MARGIN + 25}" text-anchor="middle">{size:,.0f}</text>'
        for size, time in zip(sizes, times, strict=True)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        f'font-size="13" role="img"><title>Processor time to rank and explain, by number of profiles</title>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>'
        f'<path d="M{MARGIN} 30V{HEIGHT - MARGIN}H{WIDTH - 30}" fill="none" stroke="#505a5f"/>'
        f'<polyline points="{line}" fill="none" stroke="#1d70b8" stroke-width="2"/>{marks}'
        f'<text x="{WIDTH / 2}" y="{HEIGHT - 15}" text-anchor="middle">profiles (logarithmic)</text>'
        f'<text x="20" y="{HEIGHT / 2}" text-anchor="middle" transform="rotate(-90 20 {HEIGHT / 2})">'
        f"milliseconds of processor time, median (logarithmic)</text></svg>\n"
    )


def _scale(values: Sequence[float], start: float, end: float) -> Callable[[float], float]:
    low, high = math.log(min(values)), math.log(max(values))
    reach = (high - low) or 1.0
    return lambda value: start + (math.log(value) - low) / reach * (end - start)
