import io
from pathlib import Path

import pytest
import xlsxwriter

from matching.files import BadFile, Form, read_challenge, read_solutions

FORM = Form(
    title="name",
    matched=("name", "summary", "how"),
    lists=frozenset({"regions"}),
    headings={"summary": "summary", "how it works": "how"},
)


def write(path: Path, content: str | bytes) -> str:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def test_the_three_kinds_of_file_read_alike(tmp_path: Path) -> None:
    lines = '{"id": 1, "name": "Damp", "text": "Finds mould"}\n\n{"id": "b", "text": "Bins"}\n'
    book = tmp_path / "s.xlsx"
    workbook = xlsxwriter.Workbook(book)
    for row, cells in enumerate([["id", "Name", "text"], [1, "Damp", "Finds mould"], ["b", None, "Bins"]]):
        workbook.add_worksheet() if not workbook.worksheets() else None
        workbook.worksheets()[0].write_row(row, 0, cells)
    workbook.close()
    files = [
        write(tmp_path / "s.jsonl", lines),
        write(tmp_path / "s.csv", "\ufeffid,name,text\r\n1,Damp,Finds mould\r\nb,,Bins\r\n"),
        str(book),
    ]
    for file in files:
        one, two = read_solutions(file, FORM)
        assert (one.text.id, one.name, one.text.whole) == ("1", "Damp", "Damp\nFinds mould")
        assert (two.text.id, two.name, two.text.whole) == ("b", "b", "Bins")


def test_profile_fields_are_kept_apart_and_lists_split(tmp_path: Path) -> None:
    content = 'id,name,summary,how,regions\na,Damp,"Finds, early",Sensors,london; east\n'
    (one,) = read_solutions(write(tmp_path / "s.csv", content), FORM)
    assert one.text.fields == (("name", "Damp"), ("summary", "Finds, early"), ("how", "Sensors"))
    assert one.answers["regions"] == ["london", "east"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("s.csv", "name,text\nDamp,x", "row 1: there is no column named id"),
        ("s.csv", "id,text,text\na,x,y", "row 1: two columns are named text"),
        ("s.csv", "id,text\na,x\na,y", "row 3: the id a is already used in row 2"),
        ("s.csv", "id,text\na,x,more", "row 2: it has 3 cells under 2 columns"),
        ("s.csv", "id,text\n,x", "row 2: it has no id"),
        ("s.csv", "id,text\na,", "row 2: it has no text to match"),
        ("s.csv", 'id,text\na,"x', "row 2: it is not CSV"),
        ("s.csv", "id,text\n", "there is no solution in it"),
        ("s.csv", b"id,text\na,\xff", "it is not UTF-8 text"),
        ("s.jsonl", '{"id": "a", "text": "x"}\nnot json', "row 2: it is not JSON"),
        ("s.jsonl", '{"id": "a", "text": ["x"]}', "row 1: text is not text"),
        ("s.jsonl", '{"id": "a", "text": "x", "regions": 3}', "row 1: regions is not a list of ids"),
        ("s.xlsx", b"not a workbook", "it is not a spreadsheet"),
        ("s.pdf", "x", "solutions are a .jsonl, .csv or .xlsx file"),
    ],
)
def test_bad_solutions_are_one_clear_line(tmp_path: Path, name: str, content: str | bytes, reason: str) -> None:
    with pytest.raises(BadFile) as caught:
        read_solutions(write(tmp_path / name, content), FORM)
    assert reason in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path / name))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["none.csv", "none.jsonl", "none.xlsx"])
def test_a_missing_file_is_said_to_be_missing(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadFile, match="there is no such file"):
        read_solutions(str(tmp_path / name), FORM)


def test_a_plain_challenge_is_one_text_and_headings_divide_it(tmp_path: Path) -> None:
    plain = read_challenge(write(tmp_path / "c.txt", "Homes are damp.\nHelp us."), FORM)
    assert plain.text.fields == (("text", "Homes are damp.\nHelp us."),)
    divided = read_challenge(
        write(tmp_path / "c.md", "# Damp\n\n## Summary\nHomes.\n\n**How it works:**\nWell.\n"), FORM
    )
    assert divided.text.fields == (("name", "Damp"), ("summary", "Homes."), ("how", "Well."))
    assert divided.name == "Damp"


def test_a_challenge_comes_as_json_or_by_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path / "c.json", '{"name": "Damp", "summary": "Homes", "regions": ["london"]}')
    assert read_challenge(file, FORM).text.fields == (("name", "Damp"), ("summary", "Homes"))
    monkeypatch.setattr("sys.stdin", io.StringIO('{"text": "Homes are damp"}'))
    assert read_challenge("-", FORM).text.whole == "Homes are damp"
    monkeypatch.setattr("sys.stdin", io.StringIO("Homes are damp"))
    assert read_challenge("-", FORM).text.whole == "Homes are damp"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("c.txt", " \n", "it has no text to match"),
        ("c.json", "[1]", "it is not a JSON object"),
        ("c.json", '{\n"text": }', "row 2: it is not JSON"),
        ("c.docx", "x", "a challenge is a .txt, .md or .json file"),
    ],
)
def test_bad_challenges_are_one_clear_line(tmp_path: Path, name: str, content: str, reason: str) -> None:
    with pytest.raises(BadFile, match=reason):
        read_challenge(write(tmp_path / name, content), FORM)
