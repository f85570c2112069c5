"""The register that is shipped, checked against facts; then the reader and the comparison, on small editions."""

import csv
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from showcase.models.vocabularies import vocabulary
from showcase.services.csv_records import FileFaults
from showcase.services.register import COLUMNS, CouncilRow, DomainRow, difference, read_domains, read_register

DATA = Path(__file__).parents[2] / "showcase" / "data"
# The day that the shipped edition describes. The reorganisation of 1 April 2027 comes after it.
EDITION_ON = date(2026, 11, 22)


@pytest.fixture(scope="module")
def register() -> list[CouncilRow]:
    return read_register(DATA / "councils.csv")


@pytest.fixture(scope="module")
def by_code(register: Sequence[CouncilRow]) -> dict[str, CouncilRow]:
    return {council.gss_code: council for council in register}


@pytest.fixture(scope="module")
def in_force(register: Sequence[CouncilRow]) -> list[CouncilRow]:
    return [council for council in register if council.is_in_force(EDITION_ON)]


@pytest.fixture(scope="module")
def domains(register: Sequence[CouncilRow]) -> list[DomainRow]:
    return read_domains(DATA / "council_domains.csv", register)


# The shipped register


def test_england_has_317_principal_councils(in_force: Sequence[CouncilRow]) -> None:
    counts = Counter(council.type for council in in_force if council.tier != "strategic")

    # London is 32 boroughs and the City; unitary is 62 and the Isles of Scilly.
    assert counts == {"county": 21, "district": 164, "metropolitan": 36, "london": 33, "unitary": 63}
    assert counts.total() == 317


def test_the_strategic_authorities_are_15_combined_authorities_and_the_gla(in_force: Sequence[CouncilRow]) -> None:
    assert Counter(council.type for council in in_force if council.tier == "strategic") == {"combined": 15, "other": 1}


@pytest.mark.parametrize(
    ("day", "count"),
    [
        (date(2018, 11, 1), 353),
        (date(2019, 4, 1), 343),
        (date(2020, 4, 1), 339),
        (date(2021, 4, 1), 333),
        (date(2023, 3, 31), 333),
        (date(2023, 4, 1), 317),
    ],
)
def test_the_reorganisations_since_2019_leave_the_right_number(
    register: Sequence[CouncilRow], day: date, count: int
) -> None:
    assert sum(council.is_in_force(day) for council in register if council.tier != "strategic") == count


@pytest.mark.parametrize(
    ("code", "short_name", "council_type", "region", "county", "authority"),
    [
        ("E09000007", "Camden", "london", "london", None, "E61000001"),
        ("E09000001", "City of London", "london", "london", None, "E61000001"),
        ("E06000047", "County Durham", "unitary", "north-east", None, "E47000014"),
        ("E06000053", "Isles of Scilly", "unitary", "south-west", None, None),
        ("E06000057", "Northumberland", "unitary", "north-east", None, "E47000014"),
        ("E06000060", "Buckinghamshire", "unitary", "south-east", None, None),
        ("E06000023", "Bristol", "unitary", "south-west", None, "E47000009"),
        ("E06000024", "North Somerset", "unitary", "south-west", None, None),
        ("E06000027", "Torbay", "unitary", "south-west", None, "E47000015"),
        ("E06000006", "Halton", "unitary", "north-west", None, "E47000004"),
        ("E08000037", "Gateshead", "metropolitan", "north-east", None, "E47000014"),
        ("E08000038", "Barnsley", "metropolitan", "yorkshire-humber", None, "E47000002"),
        ("E08000039", "Sheffield", "metropolitan", "yorkshire-humber", None, "E47000002"),
        ("E10000007", "Derbyshire", "county", "east-midlands", None, "E47000013"),
        ("E10000019", "Lincolnshire", "county", "east-midlands", None, "E47000017"),
        ("E07000240", "St Albans", "district", "east", "E10000015", None),
        ("E07000241", "Welwyn Hatfield", "district", "east", "E10000015", None),
        ("E07000242", "East Hertfordshire", "district", "east", "E10000015", None),
        ("E07000243", "Stevenage", "district", "east", "E10000015", None),
        ("E07000244", "East Suffolk", "district", "east", "E10000029", None),
        ("E07000245", "West Suffolk", "district", "east", "E10000029", None),
        ("E07000008", "Cambridge", "district", "east", "E10000003", "E47000008"),
        ("E07000112", "Folkestone and Hythe", "district", "south-east", "E10000016", None),
    ],
)
def test_known_facts(
    by_code: Mapping[str, CouncilRow],
    code: str,
    short_name: str,
    council_type: str,
    region: str,
    county: str | None,
    authority: str | None,
) -> None:
    council = by_code[code]

    assert (council.short_name, council.type, council.region) == (short_name, council_type, region)
    assert (council.county, council.combined_authority) == (county, authority)


@pytest.mark.parametrize(
    "code",
    ["E06000048", "E07000097", "E07000100", "E07000101", "E07000104", "E08000016", "E08000019", "E08000020"],
)
def test_codes_that_were_replaced_by_others_are_not_used(by_code: Mapping[str, CouncilRow], code: str) -> None:
    assert code not in by_code


def test_names_and_slugs_tell_councils_apart(register: Sequence[CouncilRow]) -> None:
    for column in ("gss_code", "name", "short_name", "slug"):
        counts = Counter(getattr(council, column) for council in register)
        assert [value for value, count in counts.items() if count > 1] == []


def test_every_region_is_of_the_vocabulary_and_has_councils(in_force: Sequence[CouncilRow]) -> None:
    counts = Counter(council.region for council in in_force if council.tier != "strategic")

    assert set(counts) == set(vocabulary("regions").labels)
    assert counts["london"] == 33
    assert counts["north-east"] == 12


def test_every_district_lies_in_a_county_that_is_in_force_and_in_its_region(
    by_code: Mapping[str, CouncilRow], in_force: Sequence[CouncilRow]
) -> None:
    districts = [council for council in in_force if council.type == "district"]
    counts = Counter(council.county for council in districts)

    for council in districts:
        assert council.county is not None
        assert by_code[council.county].is_in_force(EDITION_ON)
        assert by_code[council.county].region == council.region
    assert set(counts) == {council.gss_code for council in in_force if council.type == "county"}
    assert (counts["E10000012"], counts["E10000011"]) == (12, 5)  # Essex has most, East Sussex is among the fewest


def test_a_district_that_ended_lay_in_a_county_for_as_long_as_it_stood(by_code: Mapping[str, CouncilRow]) -> None:
    ended = [council for council in by_code.values() if council.type == "district" and council.ends_on]

    # Suffolk 4, Somerset 2 and 4, Dorset 6, Buckinghamshire 4, Northamptonshire 7, Cumbria 6, North Yorkshire 7.
    assert len(ended) == 40
    for council in ended:
        assert council.county is not None
        assert council.ends_on is not None
        assert by_code[council.county].is_in_force(council.ends_on)


def test_combined_authorities_named_are_in_force(
    by_code: Mapping[str, CouncilRow], in_force: Sequence[CouncilRow]
) -> None:
    named = {council.combined_authority for council in in_force} - {None}

    assert named == {council.gss_code for council in in_force if council.tier == "strategic"}


def test_successors_start_on_the_day_after(by_code: Mapping[str, CouncilRow]) -> None:
    ended = [council for council in by_code.values() if council.ends_on]

    # 40 districts, Bournemouth and Poole, six counties, two combined authorities.
    assert len(ended) == 50
    for council in ended:
        assert council.ends_on is not None
        assert council.successors
        for code in council.successors:
            assert by_code[code].starts_on == council.ends_on + timedelta(days=1)


@pytest.mark.parametrize(
    ("code", "successors"),
    [
        ("E10000006", ("E06000063", "E06000064")),  # Cumbria: Cumberland, Westmorland and Furness
        ("E07000027", ("E06000064",)),  # Barrow-in-Furness
        ("E07000028", ("E06000063",)),  # Carlisle
        ("E10000009", ("E06000058", "E06000059")),  # Dorset county: Christchurch went to Bournemouth
        ("E07000048", ("E06000058",)),  # Christchurch
        ("E07000190", ("E07000246",)),  # Taunton Deane: Somerset West and Taunton
        ("E07000246", ("E06000066",)),  # which went to Somerset
        ("E07000154", ("E06000062",)),  # Northampton: West Northamptonshire
        ("E07000150", ("E06000061",)),  # Corby: North Northamptonshire
        ("E47000011", ("E47000014",)),  # North of Tyne: North East
    ],
)
def test_who_took_over(by_code: Mapping[str, CouncilRow], code: str, successors: tuple[str, ...]) -> None:
    assert by_code[code].successors == successors


def test_following_successors_ends_at_councils_in_force(by_code: Mapping[str, CouncilRow]) -> None:
    for council in by_code.values():
        codes = [council.gss_code]
        while any(not by_code[code].is_in_force(EDITION_ON) for code in codes):
            codes = [next_code for code in codes for next_code in by_code[code].successors or (code,)]


def test_populations_add_up(by_code: Mapping[str, CouncilRow], in_force: Sequence[CouncilRow]) -> None:
    population = {council.gss_code: council.population or 0 for council in in_force}
    counties, authorities = Counter[str](), Counter[str]()
    for council in in_force:
        if council.county:
            counties[council.county] += population[council.gss_code]
        if council.combined_authority and council.type != "district":
            authorities[council.combined_authority] += population[council.gss_code]

    assert {council.population_year for council in in_force} == {2020}
    assert counties == {code: population[code] for code in counties}
    assert authorities == {code: population[code] for code in authorities}
    # The mid-2020 estimate for England, published by the Office for National Statistics.
    assert sum(population[c.gss_code] for c in in_force if c.tier in {"lower", "single"}) == 56_550_138


def test_populations_are_plausible(in_force: Sequence[CouncilRow]) -> None:
    ranges = {"upper": (500_000, 1_700_000), "lower": (50_000, 260_000), "strategic": (600_000, 9_100_000)}
    unusual = {"E06000053", "E09000001", "E06000017"}  # Isles of Scilly, City of London, Rutland
    for council in in_force:
        low, high = ranges.get(council.tier, (90_000, 1_200_000))
        assert council.population is not None
        assert council.gss_code in unusual or low <= council.population <= high, council.name


# The shipped domains


def test_every_principal_council_in_force_has_a_domain(
    in_force: Sequence[CouncilRow], domains: Sequence[DomainRow]
) -> None:
    with_domain = {row.gss_code for row in domains}

    assert [
        council.name for council in in_force if council.tier != "strategic" and council.gss_code not in with_domain
    ] == []


def test_domains_are_public_bodies_and_of_councils_in_force(
    in_force: Sequence[CouncilRow], domains: Sequence[DomainRow]
) -> None:
    assert {row.gss_code for row in domains} <= {council.gss_code for council in in_force}
    assert {row.domain for row in domains if not row.domain.endswith(".gov.uk")} == {"wmca.org.uk"}
    # One label before gov.uk: nothing so wide that it covers other bodies too.
    assert {row.domain.count(".") for row in domains} == {2}


def test_only_shared_services_share_a_domain(by_code: Mapping[str, CouncilRow], domains: Sequence[DomainRow]) -> None:
    shared: dict[str, set[str]] = {}
    for row in domains:
        shared.setdefault(row.domain, set()).add(by_code[row.gss_code].short_name)

    assert {domain: names for domain, names in shared.items() if len(names) > 1} == {
        "adur-worthing.gov.uk": {"Adur", "Worthing"},
        "baberghmidsuffolk.gov.uk": {"Babergh", "Mid Suffolk"},
        "bromsgroveandredditch.gov.uk": {"Bromsgrove", "Redditch"},
        "lewes-eastbourne.gov.uk": {"Eastbourne", "Lewes"},
        "richmondandwandsworth.gov.uk": {"Richmond upon Thames", "Wandsworth"},
        "southandvale.gov.uk": {"South Oxfordshire", "Vale of White Horse"},
        "southnorfolkandbroadland.gov.uk": {"Broadland", "South Norfolk"},
        "swdevon.gov.uk": {"South Hams", "West Devon"},
    }


# Reading

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
def test_a_fault_names_its_row_column_and_reason(
    write: Write, change: Mapping[str, str], column: str, words: str
) -> None:
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
        applied[change.gss_code] = replace(applied[change.gss_code], **{change.field: change.after})
    assert applied == by_code
