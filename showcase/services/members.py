"""The people of an organisation: inviting, accepting, roles, the procurement lead, leaving.

An organisation always keeps one administrator. Whoever changes its people first waits for others who do so (`lock`).
"""

import uuid
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from showcase.errors import Conflict, DomainError, NotAllowed, NotFound
from showcase.extensions import db
from showcase.models import Account, Council, EmailDomain, Membership, Organisation, Ticket
from showcase.models.enums import TicketPurpose
from showcase.policies import Actor, Permission, can, require
from showcase.services import account_messages, accounts, audit, publications, throttles, tickets
from showcase.transactions import pausing


class LastAdministrator(DomainError):
    """The organisation would be left without an administrator."""


def list_members(organisation: Organisation) -> Sequence[Membership]:
    """Return those who act for an organisation, by name."""
    query = sa.select(Membership).join(Membership.account).options(joinedload(Membership.account))
    query = query.where(Membership.organisation_id == organisation.id).order_by(Account.name, Account.email)
    return db.session.scalars(query).all()


def get(organisation: Organisation, membership_id: uuid.UUID) -> Membership:
    """Return a member of an organisation.

    Raises:
        NotFound: there is no such member.
    """
    membership = db.session.get(Membership, membership_id)
    if membership is None or membership.organisation_id != organisation.id:
        raise NotFound
    return membership


# --- invitations ------------------------------------------------------------------------------------------------------


def list_invitations(organisation: Organisation, *, now: datetime) -> Sequence[Ticket]:
    """Return the invitations that can still be accepted, the oldest first."""
    return db.session.scalars(_open_invitations(organisation, now).order_by(Ticket.created_at, Ticket.id)).all()


def get_invitation(organisation: Organisation, ticket_id: uuid.UUID, *, now: datetime) -> Ticket:
    """Return an invitation that can still be accepted.

    Raises:
        NotFound: there is none.
    """
    ticket = db.session.scalar(_open_invitations(organisation, now).where(Ticket.id == ticket_id))
    if ticket is None:
        raise NotFound
    return ticket


def count_invitation(by: Actor, *, now: datetime) -> None:
    """Count a wish to send an invitation. Lets go of the request's transaction.

    Raises:
        TooMany: the person has sent very many within the hour.
    """
    with pausing():
        throttles.count((throttles.INVITATIONS, str(by.account_id)), now=now)


def invite(
    organisation: Organisation, email: str, *, is_administrator: bool = False, by: Actor, now: datetime
) -> Ticket | None:
    """Invite a person to act for an organisation; None when they were invited before and can still accept.

    Raises:
        NotAllowed: the policy says no, or a member who is no administrator names one.
        Conflict: they act for it already.
        DomainError: the address is not of a domain of the council, and the inviter is not staff.
    """
    require(by, Permission.ORGANISATION_INVITE, organisation)
    if is_administrator:
        require(by, Permission.ORGANISATION_ADMINISTER, organisation)
    email = accounts.tidied(email)
    if isinstance(organisation, Council) and not by.is_staff:
        _check_domain(organisation, email)
    accounts.lock(organisation)
    if email in {membership.account.email for membership in list_members(organisation)}:
        raise Conflict(f"{email} acts for {organisation.name} already")
    if db.session.scalar(_open_invitations(organisation, now).where(Ticket.email == email)):
        return None
    token = tickets.issue(
        TicketPurpose.ACCEPT_INVITATION,
        email,
        now=now,
        organisation=organisation,
        by=by,
        details={"is_administrator": is_administrator},
    )
    _send_invitation(organisation, email, token, by=by, now=now)
    audit.record("organisation.invited", organisation, by=by, is_administrator=is_administrator)
    return db.session.scalar(_open_invitations(organisation, now).where(Ticket.email == email))


def invite_again(organisation: Organisation, ticket: Ticket, *, by: Actor, now: datetime) -> None:
    """Send an invitation with a new link; the one sent before no longer works.

    Raises:
        NotAllowed: the policy says no.
    """
    require(by, Permission.ORGANISATION_INVITE, organisation)
    _send_invitation(organisation, ticket.email, tickets.renew(ticket, now=now), by=by, now=now)
    audit.record("organisation.invited_again", organisation, by=by)


def revoke(organisation: Organisation, ticket: Ticket, *, by: Actor) -> None:
    """Take an invitation back: its link no longer works.

    Raises:
        NotAllowed: the policy says no.
    """
    require(by, Permission.ORGANISATION_INVITE, organisation)
    db.session.delete(ticket)
    db.session.flush()
    audit.record("organisation.invitation_revoked", organisation, by=by)


def accept(ticket: Ticket, *, name: str = "", password: str = "", now: datetime) -> Membership:
    """Let an invited person act for the organisation; makes their account if they have none.

    Raises:
        Spent: the link was used.
        Conflict: they act for the organisation already.
        DomainError: the password is not good enough.
    """
    organisation = ticket.organisation
    assert organisation is not None, "an invitation is to an organisation"
    account = accounts.find(ticket.email) or accounts.create(ticket.email, name=name, password=password, now=now)
    tickets.use(ticket, now=now)
    accounts.lock(organisation)
    if any(member.account_id == account.id for member in list_members(organisation)):
        raise Conflict(f"You act for {organisation.name} already. Sign in to go on")
    membership = accounts.add_member(
        organisation, account, now=now, is_administrator=bool(ticket.details.get("is_administrator"))
    )
    by = Actor(account.id, account.name, organisation.id)
    audit.record("organisation.joined", organisation, by=by, is_administrator=membership.is_administrator)
    return membership


def _open_invitations(organisation: Organisation, now: datetime) -> sa.Select[Ticket]:
    return sa.select(Ticket).where(
        Ticket.organisation_id == organisation.id,
        Ticket.purpose == TicketPurpose.ACCEPT_INVITATION,
        Ticket.used_at.is_(None),
        Ticket.expires_at > now,
    )


def _check_domain(council: Council, email: str) -> None:
    domains = sorted(db.session.scalars(sa.select(EmailDomain.domain).where(EmailDomain.organisation_id == council.id)))
    if email.rpartition("@")[2] not in domains:
        known = f" ({', '.join(domains)})" if domains else ""
        raise DomainError(f"Use an address of your council’s e-mail domain{known}, or ask LGA staff to invite them")


def _send_invitation(organisation: Organisation, email: str, token: str, *, by: Actor, now: datetime) -> None:
    path = f"/invitations/{token}"
    account_messages.send("invitation", email, path=path, now=now, organisation=organisation, by=by.name)


# --- roles ------------------------------------------------------------------------------------------------------------


def set_administrator(membership: Membership, is_administrator: bool, *, by: Actor) -> None:
    """Make a member an administrator, or no longer one.

    Raises:
        NotAllowed: the policy says no.
        LastAdministrator: the organisation would be left without an administrator.
    """
    organisation = membership.organisation
    require(by, Permission.ORGANISATION_ADMINISTER, organisation)
    if not is_administrator:
        _keep_an_administrator(membership)
    membership.is_administrator = is_administrator
    db.session.flush()
    audit.record(
        "organisation.role_changed", organisation, by=by, account=str(membership.account_id), to=_role(membership)
    )


def choose_news(membership: Membership, is_wanted: bool, *, by: Actor) -> None:
    """Keep whether a person wants e-mails about new challenges in the services of the firm; only they can say.

    Raises:
        NotAllowed: it is someone else's choice.
    """
    if membership.account_id != by.account_id:
        raise NotAllowed
    membership.is_told_of_challenges = is_wanted
    db.session.flush()
    audit.record("account.news_chosen", membership.account, by=by, is_wanted=is_wanted)


def name_lead(organisation: Organisation, membership: Membership | None, *, by: Actor, now: datetime) -> None:
    """Name the council's procurement lead, whose approval it needs from now on; None for no lead any more.

    Raises:
        NotAllowed: the policy says no.
        DomainError: the person cannot sign in.
    """
    require(by, Permission.ORGANISATION_NAME_LEAD, organisation)
    if membership is not None and membership.account.deactivated_at is not None:
        raise DomainError(f"{membership.account.name} is deactivated and could approve nothing. Choose someone else.")
    accounts.lock(organisation)
    is_first = membership is not None and not any(member.is_procurement_lead for member in list_members(organisation))
    for member in list_members(organisation):
        member.is_procurement_lead = membership is not None and member.id == membership.id
    db.session.flush()
    audit.record("organisation.lead_named", organisation, by=by, account=str(membership and membership.account_id))
    if membership is not None and membership.account_id != by.account_id:
        account_messages.send(
            "lead", membership.account.email, path="/", now=now, organisation=organisation, by=by.name
        )
    if is_first:
        publications.hand_to_lead(organisation, by=by, now=now)


def end_lead(membership: Membership, *, by: Actor, now: datetime) -> None:
    """Let a lead who leaves or is locked out be lead no more, so that nothing waits for them; tell administrators."""
    organisation = membership.organisation
    membership.is_procurement_lead = False
    db.session.flush()
    audit.record("organisation.lead_ended", organisation, by=by, account=str(membership.account_id))
    path = f"/organisations/{organisation.id}/people"
    for each in list_members(organisation):
        if each.is_administrator and each.account.deactivated_at is None and each.account_id != by.account_id:
            account_messages.send(
                "lead_ended",
                each.account.email,
                path=path,
                now=now,
                organisation=organisation,
                lead=membership.account.name,
            )


def remove(membership: Membership, *, by: Actor, now: datetime) -> None:
    """Let a person no longer act for an organisation; anyone may leave. Their sessions for it end.

    Raises:
        NotAllowed: the policy says no.
        LastAdministrator: the organisation would be left without an administrator.
    """
    organisation = membership.organisation
    is_leaving = membership.account_id == by.account_id
    if not is_leaving and not can(by, Permission.ORGANISATION_ADMINISTER, organisation):
        raise NotAllowed
    _keep_an_administrator(membership)
    if membership.is_procurement_lead:
        end_lead(membership, by=by, now=now)
    account = membership.account
    db.session.delete(membership)
    db.session.flush()
    db.session.expire(account, ["memberships"])
    audit.record(
        "organisation.left" if is_leaving else "organisation.removed", organisation, by=by, account=str(account.id)
    )
    if not is_leaving:
        account_messages.send("removed", account.email, path="/", now=now, organisation=organisation, by=by.name)


def _keep_an_administrator(membership: Membership) -> None:
    """Stop a step that takes the last administrator who can sign in from an organisation."""
    accounts.lock(membership.organisation)
    if not membership.is_administrator or membership.account.deactivated_at is not None:
        return
    others = sa.select(sa.func.count(Membership.id)).where(
        Membership.organisation_id == membership.organisation_id,
        Membership.is_administrator,
        Membership.id != membership.id,
        Membership.account.has(Account.deactivated_at.is_(None)),
    )
    if not db.session.scalar(others):
        raise LastAdministrator("An organisation needs an administrator: make someone else one first")


def _role(membership: Membership) -> str:
    return "administrator" if membership.is_administrator else "member"
