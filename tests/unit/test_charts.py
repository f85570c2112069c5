"""Charts: what is drawn stands where its figure says, in markup that a strict page can show."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from showcase.charts import Chart, Line, bars, columns, lines, pounds

SVG = "{http://www.w3.org/2000/svg}"
figures = st.lists(st.tuples(st.text(max_size=40).filter(str.isprintable), st.integers(0, 10**12)), max_size=30)


def parsed(drawing: str) -> ElementTree.Element:
    root = ElementTree.fromstring(drawing)
    assert root.get("role") == "img"
    ids = {element.get("id") for element in root.iter() if element.get("id")}
    assert set((root.get("aria-labelledby") or "").split()) == ids
    assert not re.search(r"\bstyle=|<script|\bon\w+=", drawing)
    return root


@settings(deadline=None)
@given(figures)
def test_columns_are_as_high_as_their_figures(values: list[tuple[str, int]]) -> None:
    root = parsed(columns("Title", "Words", values))
    heights = [float(rect.get("height", "0")) for rect in root.iter(f"{SVG}rect")]
    assert len(heights) == len(values)
    most = max((value for _, value in values), default=0)
    for height, (_, value) in zip(heights, values, strict=True):
        assert height <= 258.1
        if most:
            assert height == pytest.approx(max(1, value / most * max(heights)), abs=0.2)


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(max_size=40).filter(str.isprintable), st.integers(-(10**9), 10**9)), max_size=30))
def test_bars_start_at_one_zero(values: list[tuple[str, int]]) -> None:
    root = parsed(bars("Title", "Words", values))
    axis = next(root.iter(f"{SVG}line"))
    zero = float(axis.get("x1", "0"))
    for rect, (_, value) in zip(root.iter(f"{SVG}rect"), values, strict=True):
        left, broad = float(rect.get("x", "0")), float(rect.get("width", "0"))
        assert (left + broad if value < 0 else left) == pytest.approx(zero, abs=1.2)
        assert left >= 0
        assert left + broad <= 640


@settings(deadline=None)
@given(st.lists(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**9)), max_size=8), max_size=6))
def test_lines_stay_on_the_drawing(series: list[list[tuple[int, int]]]) -> None:
    root = parsed(lines("Title", "Words", [Line(f"Line {n}", points) for n, points in enumerate(series)]))
    for path in root.iter(f"{SVG}path"):
        for x in re.findall(r"[ML]([\d.-]+) ", path.get("d", "")):
            assert 77.9 <= float(x) <= 624.1


def test_steps_go_across_before_they_go_down() -> None:
    drawing = lines("Title", "Words", [Line("Demand", [(0, 10), (5, 10), (5, 4)], is_stepped=True)])
    assert re.search(r"M[\d.]+ [\d.]+H[\d.]+V[\d.]+H[\d.]+V[\d.]+", drawing)


def test_words_are_escaped() -> None:
    drawing = columns("A <b>", "B & C", [("<script>", 3)])
    assert "<script>" not in drawing
    assert "A &lt;b&gt;" in drawing


@pytest.mark.parametrize(
    ("pence", "words"),
    [
        (0, "£0"),
        (95_000, "£950"),
        (950, "£9.50"),
        (1_234_500, "£12.35k"),
        (125_000_000, "£1.25m"),
        (-4_000_000, "−£40k"),
    ],
)
def test_pounds_are_short(pence: int, words: str) -> None:
    assert pounds(pence) == words


def test_figures_are_shown_with_commas() -> None:
    chart = Chart("T", "W", ("Name", "Pence"), [("One", 12345), ("Two", None)], columns("T", "W", []))
    assert chart.shown == [["One", "12,345"], ["Two", ""]]
