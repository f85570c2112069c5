"""The reader of the register and the comparison of two editions."""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from showcase.services.csv_records import FileFaults
from showcase.services.register import COLUMNS, CouncilRow, difference, read_domains, read_register

SHIPPED = Path(__file__).parents[2] / "showcase" / "data" / "councils.csv"

COUNTY = {
    "gss_code": "E10000030",
    "name": "Surrey County Council",
    "short_name": "Surrey",
    "slug": "surrey",
    "type": "county",
    "tier": "upper",
    "region": "south-east",
    "population": "1199870",
    "population_year": "2020",
    "starts_on": "1974-04-01",
    "ends_on": "2027-03-31",
    "successors": "E06000098;E06000099",
}
DISTRICT = {
    "gss_code": "E07000209",
    "name": "Guildford Borough Council",
    "short_name": "Guildford",
    "slug": "guildford",
    "type": "district",
    "tier": "lower",
    "region": "south-east",
    "county": "E10000030",
}
EAST = {
    "gss_code": "E06000098",
    "name": "East Surrey Council",
    "short_name": "East Surrey",
    "slug": "east-surrey",
    "type": "unitary",
    "tier": "single",
    "region": "south-east",
    "starts_on": "2027-04-01",
}
WEST = EAST | {
    "gss_code": "E06000099",
    "name": "West Surrey Council",
    "short_name": "West Surrey",
    "slug": "west-surrey",
}

Write = Callable[..., Path]


@pytest.fixture(scope="module")
def register() -> list[CouncilRow]:
    return read_register(SHIPPED)


@pytest.fixture(scope="module")
def by_code(register: Sequence[CouncilRow]) -> dict[str, CouncilRow]:
    return {council.gss_code: council for council in register}


# Reading


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes an edition of these rows; `encoding` as a person's program would choose it."""

    def write_edition(*rows: Mapping[str, str], encoding: str = "utf-8") -> Path:
        file = tmp_path / "edition.csv"
        with file.open("w", newline="", encoding=encoding) as stream:
            writer = csv.DictWriter(stream, COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
        return file

    return write_edition


def faults_of(file: Path) -> list[tuple[int, str, str]]:
    with pytest.raises(FileFaults) as caught:
        read_register(file)
    assert {fault.file for fault in caught.value.faults} == {file.name}
    return [(fault.row, fault.column, fault.reason) for fault in caught.value.faults]


def test_a_row_is_read_into_values(write: Write) -> None:
    county = read_register(write(COUNTY, EAST, WEST))[0]

    assert county == CouncilRow(
        gss_code="E10000030",
        name="Surrey County Council",
        short_name="Surrey",
        slug="surrey",
        type="county",
        tier="upper",
        region="south-east",
        county=None,
        combined_authority=None,
        population=1_199_870,
        population_year=2020,
        starts_on=date(1974, 4, 1),
        ends_on=date(2027, 3, 31),
        successors=("E06000098", "E06000099"),
    )
    assert county.is_in_force(date(2027, 3, 31))
    assert not county.is_in_force(date(2027, 4, 1))


def test_what_spreadsheet_programs_do_to_a_file_is_tolerated(write: Write) -> None:
    plain = read_register(write(COUNTY, EAST, WEST, DISTRICT))
    file = write(COUNTY, EAST, WEST, DISTRICT, encoding="utf-8-sig")
    file.write_bytes(file.read_bytes() + b"\r\n" + b"," * (len(COLUMNS) - 1) + b"\r\n")

    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    assert read_register(file) == plain


@pytest.mark.parametrize(
    ("change", "column", "words"),
    [
        ({"gss_code": "E1234"}, "gss_code", "not a GSS code"),
        ({"gss_code": ""}, "gss_code", "empty"),
        ({"gss_code": "E06000098"}, "gss_code", "already stands in row 3"),
        ({"slug": "east-surrey"}, "slug", "already stands in row 3"),
        ({"slug": "Guild ford"}, "slug", "lower-case"),
        ({"name": " "}, "name", "empty"),
        ({"type": "parish"}, "type", "none of county, district"),
        ({"tier": "upper"}, "tier", "does not fit the type 'district'"),
        ({"region": "South East"}, "region", "none of north-east"),
        ({"county": ""}, "county", "a district lies in a county"),
        ({"county": "E10000099"}, "county", "not in this file"),
        ({"county": "E06000098"}, "county", "East Surrey Council is of the tier 'single'"),
        ({"combined_authority": "E47000099"}, "combined_authority", "not in this file"),
        ({"combined_authority": "E06000098"}, "combined_authority", "is of the tier 'single'"),
        ({"population": "150,352", "population_year": "2020"}, "population", "whole number"),
        ({"population": "150352"}, "population_year", "belong together"),
        ({"starts_on": "01/04/1974"}, "starts_on", "not a date"),
        ({"ends_on": "2027-02-29"}, "ends_on", "not a date"),
        ({"starts_on": "2027-04-01", "ends_on": "1974-03-31"}, "ends_on", "before it starts"),
        ({"successors": "E06000099"}, "successors", "without a last day"),
        ({"ends_on": "2027-03-31", "successors": "E06000097"}, "successors", "not in this file"),
        ({"ends_on": "2026-03-31", "successors": "E06000099"}, "successors", "not in force on 2026-04-01"),
        ({"ends_on": "2027-03-31", "successors": "E07000209"}, "successors", "not in force on 2027-04-01"),
    ],
)
def test_a_fault_names_its_row_column_and_reason(write: Write, change: dict[str, str], column: str, words: str) -> None:
    [(row, found_column, reason)] = faults_of(write(COUNTY, EAST, WEST, DISTRICT | change))

    assert (row, found_column) == (5, column)
    assert words in reason


def test_all_faults_are_told_at_once_in_the_order_of_rows(write: Write) -> None:
    file = write(
        COUNTY | {"region": "", "starts_on": "?"}, EAST, WEST | {"slug": "east-surrey"}, DISTRICT | {"county": ""}
    )

    assert [(row, column) for row, column, _ in faults_of(file)] == [
        (2, "region"),
        (2, "starts_on"),
        (4, "slug"),
        (5, "county"),
    ]
    with pytest.raises(FileFaults, match=r"edition\.csv, row 4, column slug: 'east-surrey' already stands in row 3"):
        read_register(file)


def test_rows_are_counted_as_in_the_spreadsheet_over_blank_ones(write: Write) -> None:
    file = write(COUNTY, {}, EAST, WEST | {"name": "West\nSurrey"}, DISTRICT | {"type": "?"})

    assert [(row, column) for row, column, _ in faults_of(file)] == [(6, "type")]


def test_columns_missing_twice_or_unknown_are_told(tmp_path: Path) -> None:
    file = tmp_path / "edition.csv"
    header = [column for column in COLUMNS if column != "slug"] + ["name", "mayor"]
    file.write_text(",".join(header) + "\n", encoding="utf-8")

    assert faults_of(file) == [
        (1, "name", "the column stands there twice"),
        (1, "slug", "the column is missing"),
        (1, "mayor", "there should be no such column"),
    ]


def test_an_empty_file_lacks_every_column(tmp_path: Path) -> None:
    file = tmp_path / "edition.csv"
    file.touch()

    assert [column for _, column, _ in faults_of(file)] == list(COLUMNS)


def test_a_row_of_the_wrong_length_is_told(write: Write) -> None:
    file = write(COUNTY, EAST, WEST)
    file.write_text(file.read_text(encoding="utf-8") + "E07000209,Guildford\n", encoding="utf-8")

    assert faults_of(file) == [(5, "(all)", "it has 2 cells where the header has 14")]


def test_a_file_that_is_not_utf_8_is_told(write: Write) -> None:
    [(row, column, reason)] = faults_of(write(EAST | {"name": "Môn"}, encoding="cp1252"))

    assert (row, column) == (1, "(all)")
    assert "CSV UTF-8" in reason


def test_a_quotation_mark_left_open_is_told(write: Write) -> None:
    file = write(EAST)
    file.write_text(file.read_text(encoding="utf-8") + '"E07000209,Guildford\n', encoding="utf-8")

    [(_, column, reason)] = faults_of(file)
    assert column == "(all)"
    assert "not CSV" in reason


def test_faults_of_domains_are_told_at_once(tmp_path: Path, register: Sequence[CouncilRow]) -> None:
    file = tmp_path / "domains.csv"
    file.write_text(
        "domain,gss_code\ncamden.gov.uk,E09000007\n@Camden,E09000007\ncamden.gov.uk,E99999999\ncamden.gov.uk,E09000007\n",
        encoding="utf-8",
    )

    with pytest.raises(FileFaults) as caught:
        read_domains(file, register)
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [
        (3, "domain"),
        (4, "gss_code"),
        (5, "domain"),
    ]


# Comparing


def test_an_edition_is_no_different_from_itself(
    register: Sequence[CouncilRow], by_code: Mapping[str, CouncilRow]
) -> None:
    found = difference(by_code, list(reversed(register)))

    assert found.is_empty
    assert (found.ended, found.missing, found.unchanged) == ((), (), len(register))


def test_the_first_edition_adds_everything_in_order_of_code(register: Sequence[CouncilRow]) -> None:
    found = difference({}, list(reversed(register)))

    assert [council.gss_code for council in found.added] == sorted(council.gss_code for council in register)
    assert (found.changed, found.ended, found.missing, found.unchanged) == ((), (), (), 0)


def test_a_reorganisation_is_additions_ends_and_changes(write: Write) -> None:
    end = {"ends_on": "2027-03-31", "successors": "E06000099"}
    new = read_register(write(COUNTY, EAST, WEST, DISTRICT | end))
    county, east, west, district = new
    before = {c.gss_code: replace(c, ends_on=None, successors=()) for c in (county, district)}
    before["E07000208"] = replace(district, gss_code="E07000208", slug="epsom-and-ewell")

    found = difference(before, new)

    assert found.added == (east, west)
    assert found.ended == (district, county)
    assert [(c.gss_code, c.field, c.before, c.after) for c in found.changed] == [
        ("E07000209", "ends_on", None, date(2027, 3, 31)),
        ("E07000209", "successors", (), ("E06000099",)),
        ("E10000030", "ends_on", None, date(2027, 3, 31)),
        ("E10000030", "successors", (), ("E06000098", "E06000099")),
    ]
    assert found.missing == ("E07000208",)
    assert found.unchanged == 0
    assert not found.is_empty


def test_a_new_name_is_a_change_and_no_end(register: Sequence[CouncilRow], by_code: Mapping[str, CouncilRow]) -> None:
    renamed = {**by_code, "E07000071": replace(by_code["E07000071"], name="Colchester Borough Council")}

    found = difference(renamed, register)

    assert [(c.gss_code, c.field, c.before, c.after) for c in found.changed] == [
        ("E07000071", "name", "Colchester Borough Council", "Colchester City Council")
    ]
    assert (found.ended, found.unchanged) == ((), len(register) - 1)


def test_applying_additions_and_changes_gives_the_new_edition(
    register: Sequence[CouncilRow], by_code: Mapping[str, CouncilRow]
) -> None:
    # What was known in 2022: neither the councils made since, nor that the others would end.
    known = {
        code: replace(council, ends_on=None, successors=(), population=1)
        for code, council in by_code.items()
        if council.is_in_force(date(2022, 1, 1))
    }
    found = difference(known, register)

    applied = dict(known)
    for council in found.added:
        applied[council.gss_code] = council
    for change in found.changed:
        value: dict[str, Any] = {change.field: change.after}
        applied[change.gss_code] = replace(applied[change.gss_code], **value)
    assert applied == by_code
