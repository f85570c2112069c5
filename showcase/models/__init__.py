"""The tables, one file per noun. Columns and small properties; what is done to them is in the services."""

from showcase.models.accounts import Account, Membership, SignInSession, Throttle, Ticket
from showcase.models.agendas import Agenda, CalendarFeed, Placement, SessionWish
from showcase.models.audit import AuditEntry, AuditSeal
from showcase.models.base import Base, utc_now
from showcase.models.challenges import Challenge
from showcase.models.contracts import Contract, RadarBand
from showcase.models.engagement import (
    Answer,
    EngagementRecord,
    Question,
    QuestionAsker,
    QuestionFollower,
    RecordEntry,
    Release,
)
from showcase.models.events import Break, Call, Event, EventChallenge, Room, Session, Speaker, Track
from showcase.models.files import File, FileKind
from showcase.models.heartbeats import Heartbeat
from showcase.models.identities import ExternalIdentity, IdentityProvider
from showcase.models.interests import InterestList, Pledge, PledgeEvidence, PledgeStep, Snapshot
from showcase.models.matches import Decision, FairnessReport, RankerVersion, Remainder, Vector, VectorCounter
from showcase.models.materials import Material, MaterialRules
from showcase.models.meetings import Meeting, MeetingPlan, MeetingRound
from showcase.models.messages import Message
from showcase.models.needs import Need, NeedMember, NeedRefusal
from showcase.models.organisations import Council, EmailDomain, Host, Organisation, Supplier
from showcase.models.outcomes import EventReport, Feedback, Outcome
from showcase.models.plans import Closing, MarketRoute, Pack, Plan, Saving
from showcase.models.prices import PriceOffer, PriceVersion
from showcase.models.publications import Facet, Publication, StateChange, Version
from showcase.models.registrations import AttendeeNeeds, Registration
from showcase.models.responses import Response
from showcase.models.second_steps import KnownBrowser, RecoveryCode, SecondStep
from showcase.models.selections import Candidate, Criterion, InterestDeclaration, Invitation, Score
from showcase.models.solutions import Solution
from showcase.models.solves import Solve
from showcase.models.weights import WeightAdoption, WeightSet

__all__ = [
    "Account",
    "Agenda",
    "Answer",
    "AttendeeNeeds",
    "AuditEntry",
    "AuditSeal",
    "Base",
    "Break",
    "CalendarFeed",
    "Call",
    "Candidate",
    "Challenge",
    "Closing",
    "Contract",
    "Council",
    "Criterion",
    "Decision",
    "EmailDomain",
    "EngagementRecord",
    "Event",
    "EventChallenge",
    "EventReport",
    "ExternalIdentity",
    "Facet",
    "FairnessReport",
    "Feedback",
    "File",
    "FileKind",
    "Heartbeat",
    "Host",
    "IdentityProvider",
    "InterestDeclaration",
    "InterestList",
    "Invitation",
    "KnownBrowser",
    "MarketRoute",
    "Material",
    "MaterialRules",
    "Meeting",
    "MeetingPlan",
    "MeetingRound",
    "Membership",
    "Message",
    "Need",
    "NeedMember",
    "NeedRefusal",
    "Organisation",
    "Outcome",
    "Pack",
    "Placement",
    "Plan",
    "Pledge",
    "PledgeEvidence",
    "PledgeStep",
    "PriceOffer",
    "PriceVersion",
    "Publication",
    "Question",
    "QuestionAsker",
    "QuestionFollower",
    "RadarBand",
    "RankerVersion",
    "RecordEntry",
    "RecoveryCode",
    "Registration",
    "Release",
    "Remainder",
    "Response",
    "Room",
    "Saving",
    "Score",
    "SecondStep",
    "Session",
    "SessionWish",
    "SignInSession",
    "Snapshot",
    "Solution",
    "Solve",
    "Speaker",
    "StateChange",
    "Supplier",
    "Throttle",
    "Ticket",
    "Track",
    "Vector",
    "VectorCounter",
    "Version",
    "WeightAdoption",
    "WeightSet",
    "utc_now",
]
