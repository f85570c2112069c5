"""What each route asks of the one who comes: the second statement of it, beside the guard on the view itself.

A route that stands in no row here, and a row whose permission is not its view's, fails `test_access_matrix`. Whether
someone has the permission is said by the policies alone.
"""

from collections.abc import Mapping
from typing import Any

from showcase.models import (
    Account,
    Candidate,
    Challenge,
    Contract,
    Event,
    EventChallenge,
    InterestDeclaration,
    InterestList,
    Invitation,
    Material,
    Meeting,
    Message,
    Need,
    Organisation,
    Pack,
    Plan,
    PriceOffer,
    Question,
    Registration,
    Release,
    Response,
    Saving,
    Solution,
)
from showcase.policies import Permission

P = Permission

ROWS: Mapping[Permission | None, str] = {
    None: """
        accounts.accept_join accounts.accept_register accounts.accept_reset accounts.check_email accounts.join
        accounts.register accounts.reset accounts.sign_in accounts.sign_out accounts.sign_up alive calendars.feed
        challenges.export challenges.index events.index home.health home.index identities.back identities.find
        identities.finish identities.go information.accessibility information.cookies information.privacy
        members.accept metrics needs.export needs.index organisations.index own_registration.calendar
        own_registration.cancel own_registration.change own_registration.erase own_registration.join
        own_registration.needs own_registration.show own_registration.stop_waiting registrations.confirm
        search.index search.try_text second_steps.give_code second_steps.set_up_first static""",
    # people and organisations
    P.ACCOUNT_HAVE: """
        accounts.act_for accounts.change_password accounts.choose_organisation accounts.end_other_sessions
        accounts.end_session accounts.rename accounts.show calendars.renew calendars.show privacy.erase_own
        privacy.export_own privacy.show_own second_steps.renew_codes second_steps.set_up second_steps.turn_off""",
    P.ACCOUNT_SEE: "people.export people.export_sessions people.index people.list_sessions people.show",
    P.ACCOUNT_MANAGE: "privacy.erase people.deactivate people.end_session people.reactivate people.reset_second_step",
    P.ACCOUNT_EXPORT: "privacy.export",
    P.AUDIT_SEE: "audit.export audit.index",
    P.STAFF_AREA: """
        invitations.withdraw messages.export messages.index messages.show messages.try_again organisations.export
        staff.export_reviews staff.export_suppliers staff.index staff.permission_table staff.review_queue
        staff.suppliers tuning.export_fairness tuning.index tuning.show tuning.show_fairness""",
    P.RANKING_ADOPT: "tuning.adopt",
    P.ORGANISATION_SEE: "organisations.show",
    P.ORGANISATION_EDIT: "organisations.edit",
    P.ORGANISATION_MANAGE: """
        identities.remove identities.set_up organisations.domains organisations.keep_out organisations.let_in
        organisations.remove_domain""",
    P.ORGANISATION_INVITE: """
        members.choose_news members.index members.invite members.invite_again members.remove members.revoke""",
    P.ORGANISATION_ADMINISTER: "members.set_role",
    P.ORGANISATION_DISCLOSE: "disclosure.export disclosure.show",
    P.ORGANISATION_READ_TRAIL: "own_trail.export own_trail.index",
    P.ORGANISATION_NAME_LEAD: "members.name_lead members.no_lead",
    # challenges, solutions, matches, needs
    P.CHALLENGE_CREATE: "challenges.mine challenges.new",
    P.SOLUTION_CREATE: "solutions.mine solutions.new",
    P.SOLUTION_BROWSE: "solutions.export solutions.index",
    P.SOLUTION_IMPORT: "solutions.confirm_import solutions.export_own solutions.import_template solutions.upload",
    P.PUBLICATION_SEE: """
        challenges.show challenges.step matches.similar questions.as_json questions.export questions.index
        solutions.show solutions.step""",
    P.PUBLICATION_SEE_DRAFT: """
        challenges.autosave challenges.draft challenges.save solutions.autosave solutions.draft solutions.save""",
    P.PUBLICATION_SEE_HISTORY: "challenges.compare challenges.history solutions.compare solutions.history",
    P.PUBLICATION_EDIT: "challenges.edit challenges.reset solutions.edit solutions.reset",
    P.MATCH_SEE: "matches.decided matches.export matches.for_challenge matches.for_solution responses.for_challenge",
    P.MATCH_SEE_DRAFT: "matches.for_draft",
    P.MATCH_DECIDE: "matches.decide matches.not_for_us matches.undo",
    P.RESPONSE_LIST: "responses.export responses.index",
    P.RESPONSE_GIVE: "responses.new",
    P.RESPONSE_SEE: "responses.show",
    P.RESPONSE_EDIT: "responses.edit",
    P.RESPONSE_DECIDE: "responses.decide",
    P.RESPONSE_WITHDRAW: "responses.withdraw",
    P.NEED_SEE: "needs.show",
    P.NEED_ARRANGE: """
        event_building.add_need needs.arrange needs.dismiss needs.join needs.move needs.rename needs.restore""",
    # showcases
    P.EVENT_SEE: """
        agendas.calendar agendas.data agendas.document agendas.listing agendas.show agendas.yours events.as_json
        events.show registrations.ask registrations.new reports.as_csv reports.as_json reports.as_pdf reports.show""",
    P.EVENT_CREATE: "events.new",
    P.EVENT_MANAGE: """
        agenda_drafts.index agendas.room_sheets event_building.criteria event_building.rooms event_building.sessions
        event_building.tracks events.copy events.manage invitations.manage selections.export selections.index""",
    P.EVENT_EDIT: """
        event_building.add_break event_building.add_call event_building.add_criterion event_building.add_entry
        event_building.add_room event_building.add_session event_building.add_track event_building.add_track_for
        event_building.edit_break event_building.edit_call event_building.edit_criterion event_building.edit_entry
        event_building.edit_room event_building.edit_session event_building.edit_track event_building.remove_break
        event_building.remove_call event_building.remove_criterion event_building.remove_entry
        event_building.remove_room event_building.remove_session event_building.remove_track events.announce
        events.cancel events.edit events.finish selections.show_names selections.tell""",
    P.SELECTION_SEE: "selections.entry",
    P.SELECTION_DECLARE: "selections.declare",
    P.SELECTION_GATHER: "selections.add selections.ask selections.gather",
    P.CANDIDATE_SEE: "candidates.outcome",
    P.CANDIDATE_READ: "candidates.show",
    P.CANDIDATE_SCORE: "candidates.score",
    P.CANDIDATE_DECIDE: "candidates.decide",
    P.DECLARATION_SEE: "selections.declaration",
    P.INVITATION_LIST: "invitations.index",
    P.INVITATION_SEE: "invitations.show",
    P.INVITATION_SEND: "invitations.invite_council invitations.invite_waiting",
    P.INVITATION_ANSWER: "invitations.accept invitations.decline",
    P.AGENDA_MAKE: """
        agenda_drafts.acknowledge agenda_drafts.cancel agenda_drafts.change agenda_drafts.discard agenda_drafts.move
        agenda_drafts.places agenda_drafts.progress agenda_drafts.publish agenda_drafts.start agenda_drafts.suggest
        agenda_drafts.suggestion agenda_drafts.take_over agendas.version""",
    P.AGENDA_WISH: "session_wishes.edit",
    P.EVENT_REGISTER: "registrations.register",
    P.REGISTRATION_MANAGE: """
        check_in.cancel check_in.change check_in.enter check_in.index check_in.let_in check_in.show check_in.undo
        registration_desk.badges registration_desk.export registration_desk.export_needs
        registration_desk.export_workbook registration_desk.index registration_desk.needs registration_desk.write""",
    P.MEETING_SEE: "meetings.show",
    P.MEETING_ASK: "meetings.ask meetings.index",
    P.MEETING_ANSWER: "meetings.accept meetings.decline",
    P.MEETING_CANCEL: "meetings.cancel",
    P.MEETING_RECORD: "meetings.record meetings.release",
    P.MEETING_CLOSE: "meetings.close",
    P.MEETING_PLAN: """
        meeting_plans.apply meeting_plans.edit meeting_plans.export meeting_plans.index meeting_plans.place
        meeting_plans.suggest meeting_plans.timetable""",
    # questions, records, slides, feedback, outcomes
    P.QUESTION_LIST: "questions.waiting",
    P.QUESTION_ASK: "questions.ask questions.follow",
    P.QUESTION_ANSWER: "questions.answer",
    P.QUESTION_REWORD: "questions.reword",
    P.QUESTION_WITHDRAW: "questions.withdraw",
    P.QUESTION_WITHHOLD: "questions.withhold",
    P.QUESTION_LEARN_ASKER: "questions.learn_asker",
    P.RELEASE_SEE: "releases.file",
    P.RELEASE_GIVE: "releases.new",
    P.RECORD_LIST: "records.export_list records.index",
    P.RECORD_SEE: "records.export records.notice records.notice_json records.show",
    P.RECORD_WRITE: "records.write",
    P.RECORD_KEEP: "records.dates records.edit_notice records.judge records.purposes",
    P.RECORD_DISPOSE: "records.dispose",
    P.MATERIAL_SEE: "materials.file",
    P.MATERIAL_LIST: "materials.index materials.send",
    P.MATERIAL_MANAGE: "materials.rules materials.show_all",
    P.FEEDBACK_GIVE: "feedback.index feedback.on_event feedback.on_pitch",
    P.FEEDBACK_SEE: "feedback.export feedback.show",
    P.OUTCOME_LIST: "outcomes.export outcomes.index outcomes.record",
    P.REPORT_EDIT: "reports.edit reports.publish",
    # interest lists, contracts, prices, plans
    P.INTEREST_LIST: "interests.export interests.index",
    P.INTEREST_SEE: """
        interest_figures.figures_csv interest_figures.figures_json interests.move interests.show list_charts.over_time
        list_charts.over_time_file pledges.take_evidence""",
    P.INTEREST_PROPOSE: "interests.new",
    P.INTEREST_EDIT: "interests.edit",
    P.INTEREST_MANAGE: """
        interest_figures.manage interest_figures.one interest_figures.pledges_csv interest_figures.pledges_xlsx
        interest_figures.protect interest_figures.who_can_join""",
    P.INTEREST_TAKE_PART: "pledges.add_evidence pledges.own pledges.share pledges.state_demand pledges.step",
    P.CONTRACT_LIST: "contracts.export contracts.index",
    P.CONTRACT_SEE: "contracts.show",
    P.CONTRACT_RECORD: "contracts.confirm_import contracts.import_template contracts.new contracts.upload",
    P.CONTRACT_EDIT: "contracts.delete contracts.edit",
    P.RADAR_SEE: "radar.export radar.index",
    P.PRICE_BROWSE: "prices.own",
    P.PRICE_LIST: "prices.export prices.index",
    P.PRICE_GIVE: "prices.give",
    P.PRICE_WITHDRAW: "prices.withdraw",
    P.PLAN_BROWSE: "plans.everywhere",
    P.PLAN_SEE: "plans.export plans.show",
    P.PLAN_LIST: "plans.index",
    P.PLAN_MAKE: "plans.make",
    P.PLAN_MANAGE: "list_charts.demand_file plans.share",
    P.PACK_MAKE: "packs.start",
    P.PACK_SEE: "packs.as_json packs.as_pdf packs.as_xlsx packs.show",
    P.PACK_EDIT: "packs.edit packs.share",
    P.SAVING_CONFIRM: "closings.confirm",
    P.CLOSING_SEE: "closings.show",
    P.CLOSING_RECORD: "closings.edit closings.export",
}
"""Permission → the endpoints that ask for it; None: for everyone, or for whoever has the link."""

SEE: Mapping[type[Any], Permission] = {
    Account: P.ACCOUNT_SEE,
    Candidate: P.CANDIDATE_SEE,
    Challenge: P.PUBLICATION_SEE,
    Contract: P.CONTRACT_SEE,
    Event: P.EVENT_SEE,
    EventChallenge: P.ENTRY_SEE,
    InterestDeclaration: P.DECLARATION_SEE,
    InterestList: P.INTEREST_SEE,
    Invitation: P.INVITATION_SEE,
    Material: P.MATERIAL_SEE,
    Meeting: P.MEETING_SEE,
    Message: P.STAFF_AREA,
    Need: P.NEED_SEE,
    Organisation: P.ORGANISATION_SEE,
    Pack: P.PACK_SEE,
    Plan: P.PLAN_SEE,
    PriceOffer: P.PRICE_SEE,
    Question: P.QUESTION_SEE,
    Registration: P.REGISTRATION_SEE,
    Release: P.RELEASE_SEE,
    Response: P.RESPONSE_SEE,
    Saving: P.SAVING_SEE,
    Solution: P.PUBLICATION_SEE,
}
"""Kind of thing → the permission without which it answers as if it did not exist."""


def permissions() -> dict[str, Permission | None]:
    """Return the permission that each endpoint asks for."""
    return {endpoint: permission for permission, endpoints in ROWS.items() for endpoint in endpoints.split()}
