"""Every permission there is. What each takes is said by the tables beside this file."""

from enum import StrEnum


class Permission(StrEnum):
    """Every permission there is, as "noun:verb"."""

    STAFF_AREA = "staff:area"
    AUDIT_SEE = "audit:see"
    RANKING_ADOPT = "ranking:adopt"
    ACCOUNT_HAVE = "account:have"
    ACCOUNT_SEE = "account:see"
    ACCOUNT_MANAGE = "account:manage"
    ORGANISATION_SEE = "organisation:see"
    ORGANISATION_EDIT = "organisation:edit"
    ORGANISATION_MANAGE = "organisation:manage"
    ORGANISATION_INVITE = "organisation:invite"
    ORGANISATION_ADMINISTER = "organisation:administer"
    ORGANISATION_NAME_LEAD = "organisation:name_lead"
    CHALLENGE_CREATE = "challenge:create"
    SOLUTION_CREATE = "solution:create"
    SOLUTION_BROWSE = "solution:browse"
    SOLUTION_IMPORT = "solution:import"
    PUBLICATION_SEE = "publication:see"
    PUBLICATION_SEE_DRAFT = "publication:see_draft"
    PUBLICATION_EDIT = "publication:edit"
    PUBLICATION_SUBMIT = "publication:submit"
    PUBLICATION_RECALL = "publication:recall"
    PUBLICATION_APPROVE = "publication:approve"
    PUBLICATION_REVIEW = "publication:review"
    PUBLICATION_CLOSE = "publication:close"
    PUBLICATION_REOPEN = "publication:reopen"
    PUBLICATION_ARCHIVE = "publication:archive"
    PUBLICATION_RESTORE = "publication:restore"
    PUBLICATION_SEE_HISTORY = "publication:see_history"
    MATCH_SEE = "match:see"
    MATCH_SEE_DRAFT = "match:see_draft"
    MATCH_DECIDE = "match:decide"
    RESPONSE_GIVE = "response:give"
    RESPONSE_SEE = "response:see"
    RESPONSE_LIST = "response:list"
    RESPONSE_EDIT = "response:edit"
    RESPONSE_DECIDE = "response:decide"
    RESPONSE_INVITE = "response:invite"
    RESPONSE_WITHDRAW = "response:withdraw"
    NEED_SEE = "need:see"
    NEED_ARRANGE = "need:arrange"

    # showcase events
    EVENT_SEE = "event:see"
    EVENT_CREATE = "event:create"
    EVENT_EDIT = "event:edit"
    EVENT_MANAGE = "event:manage"

    # agendas

    # registrations
    EVENT_REGISTER = "event:register"
    REGISTRATION_SEE = "registration:see"
    REGISTRATION_CHANGE = "registration:change"
    REGISTRATION_SEE_NEEDS = "registration:see_needs"
    REGISTRATION_MANAGE = "registration:manage"
    MEETING_SEE = "meeting:see"
    MEETING_PLAN = "meeting:plan"
    MEETING_ASK = "meeting:ask"
    MEETING_ANSWER = "meeting:answer"
    MEETING_CANCEL = "meeting:cancel"
    MEETING_NOTE = "meeting:note"
    MEETING_CLOSE = "meeting:close"

    # engagement

    # interest lists
    INTEREST_SEE = "interest:see"
    INTEREST_LIST = "interest:list"
    INTEREST_PROPOSE = "interest:propose"
    INTEREST_EDIT = "interest:edit"
    INTEREST_GIVE_UP = "interest:give_up"
    INTEREST_MANAGE = "interest:manage"
    INTEREST_TAKE_PART = "interest:take_part"
    INTEREST_STEP = "interest:step"
    INTEREST_BIND = "interest:bind"
    PLEDGE_SEE = "pledge:see"

    # contracts, prices and plans
