"""Who does what is dangerous shows again who they are, unless they did so within the last quarter of an hour.

The one list of what is dangerous stands here. The question comes before the page's own work, on a page that carries
along everything that was typed: a right answer goes straight on with it, and a wrong one loses nothing.
"""

from collections.abc import Callable, Mapping
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from showcase.access import current_actor
from showcase.errors import DomainError
from showcase.forms.accounts import AgainForm
from showcase.models import Account, utc_now
from showcase.models.interests import Rung
from showcase.services import accounts, identities, second_steps, sessions
from showcase.transactions import SAFE_METHODS
from showcase.views.signing_in import address

DANGEROUS: Mapping[str, str] = {
    "privacy.export_own": "take away what is kept about you",
    "privacy.erase_own": "have your data erased",
    "privacy.export": "take away what is kept about a person",
    "privacy.erase": "erase a person’s data",
    "people.deactivate": "lock a person out",
    "people.reactivate": "let a person in again",
    "people.reset_second_step": "take the second step off a person’s account",
    "second_steps.set_up": "change how you sign in",
    "members.set_role": "change who is an administrator",
    "members.name_lead": "change who is procurement lead",
    "members.no_lead": "change who is procurement lead",
    "members.remove": "take a person out of an organisation",
    "organisations.keep_out": "keep an organisation out",
    "organisations.domains": "change who can join a council",
    "organisations.remove_domain": "change who can join a council",
    "disclosure.export": "take away everything that your council holds here",
    "identities.set_up": "change how an organisation’s people sign in",
    "identities.remove": "change how an organisation’s people sign in",
    "tuning.adopt": "change the ranking for everyone",
    "records.dispose": "destroy an engagement record",
    "questions.learn_asker": "learn who asked a question",
    "selections.show_names": "show the names of candidates",
    "events.cancel": "cancel a showcase",
    "pledges.step": "commit your council",
    "prices.give": "give prices that cannot be taken out of the record",
    "packs.share": "share a recommendation with a lead authority",
}
"""Endpoint → what somebody is about to do there, as the page says it. Whatever else is asked for comes first: a route
that asks for the present password itself is not among them."""
ONLY_IF: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "pledges.step": lambda parts: parts.get("rung") == Rung.COMMITMENT,
}
"""Endpoint → when it is dangerous, by the parts of its address. No form among them takes a file, which could not be
carried along."""
OWN = ("csrf_token", "again_password", "again_code")
"""Fields that are not carried along."""


def ask_again() -> ResponseReturnValue | None:
    """Stop a dangerous request until its person has shown lately who they are."""
    what = _danger()
    if what is None or not current_user.is_authenticated or current_user.session.is_fresh(utc_now()):
        return None
    account = current_user.account
    takes_code = second_steps.find(account) is not None
    takes_password = account.password_hash is not None and identities.needs_provider(account) is None
    form = AgainForm()
    form.offer(password=takes_password, code=takes_code and not takes_password)
    if any(name in request.form for name in OWN[1:]) and form.validate_on_submit() and _is_right(form, account):
        sessions.confirm(current_user.session, by=current_actor(), now=utc_now())
        return None
    typed = [(name, value) for name, value in request.form.items(multi=True) if name not in OWN]
    ways = [] if takes_password or takes_code else identities.known_by(account)
    return render_template("accounts/confirm.html", form=form, what=what, typed=typed, providers=ways), 422


def _danger() -> str | None:
    """Return what is dangerous about the request, if anything is."""
    endpoint = request.endpoint or ""
    if request.method in SAFE_METHODS or endpoint not in DANGEROUS:
        return None
    is_so = ONLY_IF.get(endpoint)
    return DANGEROUS[endpoint] if is_so is None or is_so(request.view_args or {}) else None


def _is_right(form: AgainForm, account: Account) -> bool:
    """Tell whether the password or the code is the person's; put on the form what is wrong."""
    try:
        if form.again_password is not None:
            accounts.authenticate(account.email, form.again_password.data, address=address(), now=utc_now())
        else:
            second_steps.check(account, form.again_code.data, by=current_actor(), now=utc_now())
    except DomainError as error:
        is_password = form.again_password is not None and error.status != 429
        form.refuse(DomainError("This is not your password") if is_password else error, form.asked)
        return False
    return True
