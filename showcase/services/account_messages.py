"""The words of the e-mails about accounts and organisations: signing up, invitations, passwords, approval."""

from datetime import datetime

from showcase.models import Organisation
from showcase.services import messages

WORDS = {
    "join": (
        "Confirm your e-mail address",
        "Someone, we hope you, asked to join the Tech Innovation Showcase as a council officer.\n\n"
        "To go on, open this link within 24 hours. It works once.\n\n{link}\n\n"
        "If it was not you, do nothing: no account has been made.",
    ),
    "register": (
        "Confirm your e-mail address",
        "Someone, we hope you, asked to register {organisation} on the Tech Innovation Showcase.\n\n"
        "To go on and choose a password, open this link within 24 hours. It works once.\n\n{link}\n\n"
        "If it was not you, do nothing: no account has been made.",
    ),
    "has_account": (
        "You already have an account",
        "Someone, we hope you, asked for an account on the Tech Innovation Showcase with this address. You have one"
        " already.\n\nSign in here:\n{link}\n\nIf you have forgotten your password, that page helps you to a new one."
        " To act for another organisation as well, ask someone who works there to invite this address.",
    ),
    "reset": (
        "Choose a new password",
        "Someone, we hope you, asked for a new password on the Tech Innovation Showcase.\n\n"
        "To choose one, open this link within 1 hour. It works once.\n\n{link}\n\n"
        "If it was not you, do nothing: your password stays as it is.",
    ),
    "no_account": (
        "No account with this address",
        "Someone, we hope you, asked for a new password on the Tech Innovation Showcase, but there is no account with"
        " this address.\n\nYou may have signed up with another address. To sign up:\n{link}",
    ),
    "password_changed": (
        "Your password was changed",
        "The password of your account on the Tech Innovation Showcase was changed on {on}.\n\n"
        "If it was not you, choose a new one at once:\n{link}",
    ),
    "second_step_on": (
        "Signing in now takes a second step",
        "From {on}, signing in to your account on the Tech Innovation Showcase takes a code from your app as well.\n\n"
        "If it was not you, change your password at once and write to the team:\n{link}",
    ),
    "second_step_off": (
        "Signing in no longer takes a second step",
        "The second step at sign-in was taken off your account on the Tech Innovation Showcase on {on}.\n\n"
        "If you did not want this, change your password at once and set it up again:\n{link}",
    ),
    "recovery_code_used": (
        "A recovery code was used",
        "Someone signed in to your account on the Tech Innovation Showcase with one of your recovery codes. {left} are"
        " left.\n\nIf it was not you, change your password at once:\n{link}",
    ),
    "new_browser": (
        "Signed in from a browser we did not know",
        "On {on} someone signed in to your account on the Tech Innovation Showcase from a browser that had not been"
        " used for it before: {browser}.\n\nIf it was you, do nothing. If not, sign it out and change your password:"
        "\n{link}",
    ),
    "unused": (
        "Your account will be erased on {on}",
        "You have not signed in to the Tech Innovation Showcase for a long time. On {on} your account and what tells"
        " who you are will be erased.\n\nTo keep it, sign in once before then:\n{link}\n\n"
        "If you do not need it any more, do nothing.",
    ),
    "invitation": (
        "{by} invites you to the Tech Innovation Showcase",
        "{by} invites you to act for {organisation} on the Tech Innovation Showcase, where councils describe challenges"
        " and small firms describe solutions.\n\nTo accept, open this link within 14 days. It works once.\n\n{link}",
    ),
    "waiting": (
        "For approval: {organisation}",
        "{organisation} registered as a supplier and waits for approval.{note}\n\n{link}",
    ),
    "approved": (
        "{organisation} was approved",
        "LGA staff approved {organisation}. Councils can now see the solution profiles that you publish.\n\n{link}",
    ),
    "refused": (
        "{organisation} was not approved",
        "LGA staff did not approve {organisation} as a supplier:\n\n{reason}\n\nYou can correct what you told us and"
        " reply to the team.\n\n{link}",
    ),
    "suspended": (
        "{organisation} was suspended",
        "LGA staff suspended {organisation}. What it published can no longer be seen by others:\n\n{reason}\n\n{link}",
    ),
    "reinstated": (
        "{organisation} was reinstated",
        "LGA staff reinstated {organisation}. What it published can be seen again.\n\n{link}",
    ),
    "removed": (
        "You no longer act for {organisation}",
        "{by} removed you from the people who act for {organisation} on the Tech Innovation Showcase.\n\n{link}",
    ),
    "lead": (
        "You are now procurement lead of {organisation}",
        "{by} named you procurement lead of {organisation}. What it wants to publish now needs your approval first."
        "\n\n{link}",
    ),
    "lead_ended": (
        "{organisation} has no procurement lead any more",
        "{lead} left or can no longer sign in, and is therefore no longer procurement lead of {organisation}.\n\nUntil"
        " you name another, what it wants to publish goes straight to LGA staff, and any officer can invite a supplier."
        " A text that waits for {lead} can be taken back to draft and sent again.\n\n{link}",
    ),
}


def send(
    words: str,
    to: str,
    *,
    path: str,
    now: datetime,
    organisation: Organisation | None = None,
    by: str = "",
    key: str | None = None,
    **values: str,
) -> None:
    """Queue one of the e-mails above; `path` is the page that it leads to."""
    subject, body = WORDS[words]
    values = {
        "link": messages.link(path),
        "organisation": organisation.name if organisation else "",
        "by": by,
        **values,
    }
    mark = "Illustrative: an invented organisation.\n\n" if organisation and organisation.is_illustrative else ""
    messages.queue(to, subject.format(**values), f"{mark}{body.format(**values)}", now=now, key=key)
