"""The draft of a UK2 notice (preliminary market engagement), from what the platform knows and what the council typed.

The particulars are those of regulations 13 and 17 of SI 2024/692; its JSON follows the Open Contracting Data Standard
as notices on Find a Tender use it. It is a draft for the council to check and publish with its own account: nothing
here publishes anything, and what is still missing is named.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import sqlalchemy as sa

from showcase.errors import Conflict, DomainError
from showcase.extensions import db
from showcase.models import Challenge, EngagementRecord, Event, EventChallenge
from showcase.models.enums import EntryKind, EventState
from showcase.policies import Actor, Permission, require
from showcase.services import audit, records
from showcase.services.audit import LONDON

UNASSIGNED = "assigned by Find a Tender on publication"
CATEGORIES = {"services": "Services", "goods": "Goods", "works": "Works"}
EXTENSION = "https://raw.githubusercontent.com/cabinetoffice/ocds_uk_extension/main/extension.json"


@dataclass(frozen=True)
class Particular:
    """One thing that a notice says."""

    name: str
    label: str
    source: str
    """Which rule asks for it; blank: none does."""
    is_needed: bool = True


PARTICULARS = (
    Particular("authority", "Contracting authority", "regulation 13"),
    Particular("ppon", "Its public procurement organisation number", "regulation 13"),
    Particular("street", "Street", "regulation 13"),
    Particular("town", "Town", "regulation 13"),
    Particular("postcode", "Postcode", "regulation 13"),
    Particular("contact_name", "Contact for questions about the notice", "regulation 13"),
    Particular("contact_email", "E-mail address of the contact", "regulation 13"),
    Particular("others", "Other authorities of a joint procurement", "regulation 13", is_needed=False),
    Particular("helper", "Anyone who runs the engagement on the authority’s behalf", "regulation 13", is_needed=False),
    Particular("title", "Title", "regulation 17(b)"),
    Particular("reference", "The council’s reference of the procurement", "regulation 17(c)"),
    Particular("subject", "What the contract is about", "regulation 17(d)"),
    Particular("category", "Main category", "regulation 17(d)"),
    Particular("cpv", "CPV codes", "regulation 17(d)", is_needed=False),
    Particular("value_excluding_vat", "Estimated value excluding VAT", "", is_needed=False),
    Particular("value_including_vat", "Estimated value including VAT", "", is_needed=False),
    Particular("closes_on", "Date on which the engagement closes or closed", "regulation 17(e)"),
    Particular("how", "How, where and when to take part", "regulation 17(f)"),
    Particular("is_sme_suitable", "Suitable for small and medium-sized enterprises", "", is_needed=False),
    Particular("is_vcse_suitable", "Suitable for voluntary and social enterprises", "", is_needed=False),
)
TYPED = tuple(each.name for each in PARTICULARS if each.name != "authority")
"""Names of what a council types."""


@dataclass(frozen=True)
class Line:
    """One particular with what the draft says of it."""

    particular: Particular
    value: Any
    """A text, whole pence, a date as text, or True or False."""

    @property
    def is_gap(self) -> bool:
        """Whether the rules ask for it and the draft does not have it."""
        return self.particular.is_needed and not self.value


def draft(challenge: Challenge, record: EngagementRecord | None) -> list[Line]:
    """Return the draft, particular by particular: what was typed, else what the platform knows."""
    typed = dict(record.notice) if record else {}
    known = {**_known(challenge), **{name: value for name, value in typed.items() if value not in ("", None)}}
    known["authority"] = challenge.organisation.name
    return [Line(each, known.get(each.name)) for each in PARTICULARS]


def save(
    challenge: Challenge,
    typed: Mapping[str, Any],
    *,
    revision: int,
    by: Actor,
    now: datetime,
    no_notice_because: str = "",
) -> None:
    """Keep what the council typed for the notice, or why there will be none.

    Raises:
        NotAllowed: the policy says no.
        Conflict: someone else saved in between.
        DomainError: the value including VAT is below the one excluding it.
    """
    require(by, Permission.RECORD_KEEP, challenge)
    record = records.open_for(challenge, now=now)
    if record.revision != revision:
        raise Conflict("Someone else saved this draft while you were writing. Open this page again to see theirs.")
    low, high = typed.get("value_excluding_vat"), typed.get("value_including_vat")
    if low is not None and high is not None and high < low:
        raise DomainError("The value including VAT cannot be below the value excluding VAT.")
    reason = no_notice_because.strip()
    changed = sorted(name for name in TYPED if typed.get(name) != record.notice.get(name))
    if not changed and reason == record.no_notice_because:
        return
    is_new_reason = reason != record.no_notice_because
    record.notice = {name: typed[name] for name in TYPED if typed.get(name) not in ("", None)}
    record.no_notice_because = reason
    record.revision += 1
    words = "The draft of the preliminary market engagement notice (UK2) was changed."
    if is_new_reason and reason:
        words = f"Why no preliminary market engagement notice (UK2) is published: {reason}"
    records.note(challenge, EntryKind.NOTICE, words, by=by, now=now, details={"changed": changed})
    audit.record("record.notice", challenge, by=by, changed=changed, revision=record.revision)


def as_ocds(challenge: Challenge, record: EngagementRecord | None, *, now: datetime) -> dict[str, Any]:
    """Return the draft as an OCDS release package, with what is missing left out."""
    said = {line.particular.name: line.value for line in draft(challenge, record)}
    party = f"GB-PPON-{said['ppon']}" if said["ppon"] else UNASSIGNED
    planning: dict[str, Any] = {}
    if record is not None and record.no_notice_because:
        planning["noEngagementNoticeRationale"] = record.no_notice_because
    else:
        planning["milestones"] = [_milestone(said, now)]
        planning["documents"] = [
            {
                "id": UNASSIGNED,
                "documentType": "marketEngagementNotice",
                "noticeType": "UK2",
                "description": "Preliminary market engagement notice on Find a Tender",
                "format": "text/html",
            }
        ]
    release = {
        "ocid": UNASSIGNED,
        "id": UNASSIGNED,
        "date": now.astimezone(UTC).isoformat(timespec="seconds"),
        "tag": ["planning"],
        "initiationType": "tender",
        "language": "en",
        "parties": [_buyer(said, party), *_helpers(said)],
        "buyer": {"id": party, "name": said["authority"]},
        "planning": planning,
        "tender": _tender(said),
    }
    return {"version": "1.1", "extensions": [EXTENSION], "releases": [release]}


def _known(challenge: Challenge) -> dict[str, Any]:
    """Return what the platform can say by itself."""
    content = challenge.published_content
    return {
        "title": challenge.known_title,
        "subject": str(content.get("problem", "")),
        "category": "services",
        "is_sme_suitable": True,
        **_process(challenge),
    }


def _process(challenge: Challenge) -> dict[str, Any]:
    """Say how to take part in the last announced event for a challenge; nothing when there is none."""
    event = db.session.scalar(
        sa.select(Event)
        .join(EventChallenge, EventChallenge.event_id == Event.id)
        .where(EventChallenge.challenge_id == challenge.id)
        .where(Event.state.in_((EventState.ANNOUNCED, EventState.FINISHED)))
        .order_by(Event.starts_at.desc())
        .limit(1)
    )
    if event is None:
        return {}
    calls = [f"from {_moment(call.opens_at)} to {_moment(call.closes_at)}" for call in event.calls]
    where = f"{event.venue}, and online" if event.venue else "Online"
    said = [
        f"Expressions of interest: suppliers put a solution forward {'; '.join(calls)}." if calls else "",
        f"Event: {event.name}, {_moment(event.starts_at)} to {_moment(event.ends_at)}. {where}.",
        "Questions are asked and answered in public on the challenge’s page. This is not a call for competition, and "
        "taking part confers no advantage in any later procurement.",
    ]
    return {
        "how": "\n".join(line for line in said if line),
        "closes_on": f"{event.ends_at.astimezone(LONDON):%Y-%m-%d}",
    }


def _milestone(said: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    made = {"id": "engagement", "type": "engagement", "description": said["how"] or "", "status": "scheduled"}
    if said["closes_on"]:
        end = datetime.combine(date.fromisoformat(said["closes_on"]), time(23, 59, 59), tzinfo=LONDON)
        made["dueDate"] = end.astimezone(UTC).isoformat(timespec="seconds")
        if end < now:
            made["status"] = "met"
    return made


def _buyer(said: Mapping[str, Any], party: str) -> dict[str, Any]:
    made: dict[str, Any] = {"id": party, "name": said["authority"], "roles": ["buyer"]}
    if said["ppon"]:
        made["identifier"] = {"scheme": "GB-PPON", "id": said["ppon"]}
    address = {"streetAddress": said["street"], "locality": said["town"], "postalCode": said["postcode"]}
    made["address"] = {**_filled(address), "country": "GB", "countryName": "United Kingdom"}
    contact = _filled({"name": said["contact_name"], "email": said["contact_email"]})
    if contact:
        made["contactPoint"] = contact
    made["details"] = {
        "classifications": [
            {
                "scheme": "UK_CA_TYPE",
                "id": "publicAuthoritySubCentralGovernment",
                "description": "Public authority - sub-central government",
            }
        ]
    }
    return made


def _helpers(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the other authorities and whoever runs the engagement; what each does stands in its role."""
    parties = []
    for number, line in enumerate(str(said["others"] or "").splitlines(), start=1):
        if line.strip():
            details = "Takes part in the joint procurement"
            parties.append({"id": f"other-{number}", "name": line.strip(), "roles": ["buyer"], "roleDetails": details})
    if said["helper"]:
        parties.append({"id": "helper", "name": said["helper"], "roles": ["procuringEntity"], "roleDetails": "Runs it"})
    return parties


def _tender(said: Mapping[str, Any]) -> dict[str, Any]:
    made = _filled(
        {
            "id": said["reference"],
            "title": said["title"],
            "description": said["subject"],
            "mainProcurementCategory": said["category"],
        }
    )
    made["status"] = "planning"
    made["legalBasis"] = {"scheme": "UKPGA", "id": "2023/54"}
    value = _filled(
        {"amount": _in_pounds(said["value_excluding_vat"]), "amountGross": _in_pounds(said["value_including_vat"])}
    )
    if value:
        made["value"] = {**value, "currency": "GBP"}
    codes = str(said["cpv"] or "").replace(",", " ").split()
    if codes:
        made["items"] = [{"id": "1", "additionalClassifications": [{"scheme": "CPV", "id": code} for code in codes]}]
    made["suitability"] = {"sme": bool(said["is_sme_suitable"]), "vcse": bool(said["is_vcse_suitable"])}
    return made


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in ("", None)}


def _in_pounds(pence: int | None) -> int | float | None:
    if pence is None:
        return None
    return pence // 100 if pence % 100 == 0 else pence / 100


def _moment(value: datetime) -> str:
    local = value.astimezone(LONDON)
    return f"{local.day} {local:%B %Y at %H:%M}"
