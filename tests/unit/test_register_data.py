"""The register and the e-mail domains that are shipped, checked against facts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from showcase.models.vocabularies import vocabulary
from showcase.services.register import CouncilRow, DomainRow, read_domains, read_register

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
        codes = {council.gss_code}
        for _ in range(len(by_code)):
            codes = {successor for code in codes for successor in by_code[code].successors or (code,)}
        assert all(by_code[code].is_in_force(EDITION_ON) for code in codes), council.name


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
