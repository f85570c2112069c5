"""Words with a fixed set of values. Those that only describe (service areas, maturity…) are vocabularies, in data."""

from enum import StrEnum


class OrganisationKind(StrEnum):
    """The three kinds of organisation."""

    HOST = "host"  # the Local Government Association
    COUNCIL = "council"  # councils and combined authorities
    SUPPLIER = "supplier"  # small and medium-sized technology firms


class State(StrEnum):
    """Where the working text of a challenge statement or solution profile stands."""

    DRAFT = "draft"
    WITH_LEAD = "with_lead"  # waits for the council's procurement lead
    IN_REVIEW = "in_review"  # waits for LGA staff
    CHANGES_REQUESTED = "changes_requested"
    PUBLISHED = "published"
    CLOSED = "closed"
    ARCHIVED = "archived"


class Verdict(StrEnum):
    """What a council officer decided about a match."""

    SHORTLISTED = "shortlisted"
    NOT_FOR_US = "not_for_us"


class ResponseState(StrEnum):
    """How far a solution put forward by its supplier has come."""

    RECEIVED = "received"
    CONSIDERED = "considered"
    INVITED = "invited"
    NOT_THIS_TIME = "not_this_time"
    WITHDRAWN = "withdrawn"


class TicketPurpose(StrEnum):
    """What a link sent by e-mail lets its reader do, once."""

    JOIN_COUNCIL = "join_council"
    REGISTER_SUPPLIER = "register_supplier"
    ACCEPT_INVITATION = "accept_invitation"
    RESET_PASSWORD = "reset_password"
    REGISTER_OBSERVER = "register_observer"


class EventState(StrEnum):
    """How far a showcase has come."""

    DRAFT = "draft"  # staff prepare it
    ANNOUNCED = "announced"  # everyone may see it; its criteria are fixed
    FINISHED = "finished"
    CANCELLED = "cancelled"


class SessionKind(StrEnum):
    """What a session of an event is."""

    PITCH = "pitch"
    TALK = "talk"
    PANEL = "panel"


class CriterionKind(StrEnum):
    """How a criterion is marked."""

    NUMBER = "number"
    RATING = "rating"
    YES_NO = "yes_no"


class CandidateState(StrEnum):
    """What became of a solution considered for a challenge of an event."""

    CONSIDERED = "considered"
    CHOSEN = "chosen"
    RESERVE = "reserve"
    NOT_CHOSEN = "not_chosen"
    WITHDRAWN = "withdrawn"  # chosen, but its supplier does not come


class InvitationState(StrEnum):
    """How far an invitation to an event has come."""

    SENT = "sent"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Hall(StrEnum):
    """How a person takes part in an event: each has places and a waiting list of its own."""

    IN_PERSON = "in_person"
    ONLINE = "online"

    @property
    def other(self) -> "Hall":
        """Return the other of the two."""
        return Hall.ONLINE if self is Hall.IN_PERSON else Hall.IN_PERSON


class AttendeeKind(StrEnum):
    """What a person comes to an event as."""

    COUNCIL = "council"
    SUPPLIER = "supplier"
    STAFF = "staff"
    OBSERVER = "observer"


class MeetingState(StrEnum):
    """How far a one-to-one meeting has come."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    HELD = "held"
    CLOSED = "closed"  # held, and whatever was new in it is released


class SolveState(StrEnum):
    """How far an optimisation problem that the worker was given has come."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class QuestionState(StrEnum):
    """How far a supplier's question about a challenge has come."""

    OPEN = "open"
    ANSWERED = "answered"
    WITHHELD = "withheld"  # staff took it off the pages
    WITHDRAWN = "withdrawn"  # its asker took it back


class EntryKind(StrEnum):
    """What an entry of an engagement record tells of."""

    RECORD = "record"  # the record itself: opened, exported, purposes, retention
    DOCUMENT = "document"  # something was published or released
    QUESTION = "question"
    RESPONSE = "response"  # a solution put forward, and its steps
    SELECTION = "selection"  # who was considered, scored, chosen
    INVITATION = "invitation"
    ATTENDANCE = "attendance"
    MEETING = "meeting"
    MESSAGE = "message"
    CALL = "call"
    CONFLICT = "conflict"
    JUDGEMENT = "judgement"  # whether a supplier has an unfair advantage
    NOTICE = "notice"
    OUTCOME = "outcome"  # what came of a pitch
    OTHER = "other"


class OutcomeState(StrEnum):
    """What came of a pitch."""

    NONE = "none"
    PILOT = "pilot"
    TENDER = "tender"
    CONTRACT = "contract"


class AgendaState(StrEnum):
    """What an agenda of an event is."""

    DRAFT = "draft"
    PUBLISHED = "published"  # the version in force
    SUPERSEDED = "superseded"
