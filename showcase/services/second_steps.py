"""The second step at sign-in: codes from an app (RFC 6238), recovery codes, and news of an unknown browser.

LGA staff need it; others may have it. A code is taken within half a minute of its time and once only.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

import pyotp
import sqlalchemy as sa

from showcase.errors import DomainError, NotAllowed
from showcase.extensions import db
from showcase.models import Account, KnownBrowser, RecoveryCode, SecondStep
from showcase.models.enums import OrganisationKind
from showcase.policies import Actor, Permission, require
from showcase.services import account_messages, audit, locked_secrets, throttles
from showcase.transactions import pausing

ISSUER = "Tech Innovation Showcase"
RECOVERY_CODES = 10
SECONDS = 30
"""How long a code stands in the app."""
BROWSER_KNOWN_FOR = timedelta(days=365)
WRONG = "This code is wrong, or was used before. Enter the one that your app shows now"


def find(account: Account) -> SecondStep | None:
    """Return a person's second step, if they have one."""
    return db.session.scalar(sa.select(SecondStep).where(SecondStep.account_id == account.id))


def is_required(account: Account) -> bool:
    """Tell whether a person may act only with a second step: those who act for the host. Demo sign-ins need none."""
    return not account.is_demo and any(
        membership.organisation.kind is OrganisationKind.HOST for membership in account.memberships
    )


def new_secret() -> str:
    """Return a secret for an app, in base 32."""
    return pyotp.random_base32()


def address_for_app(account: Account, secret: str) -> str:
    """Return what an app reads from the picture: an otpauth address."""
    return pyotp.TOTP(secret).provisioning_uri(name=account.email, issuer_name=ISSUER)


def turn_on(account: Account, secret: str, code: str, *, by: Actor, now: datetime) -> list[str]:
    """Ask for a second step from now on, once the app shows the right code; return the recovery codes.

    Raises:
        DomainError: the code is wrong, or there is a second step already.
    """
    if find(account) is not None:
        raise DomainError("You have a second step already. Turn it off before you set up another app")
    step = SecondStep(account_id=account.id, secret=locked_secrets.lock(secret), created_at=now, last_used=0)
    db.session.add(step)
    db.session.flush()
    _take(step, code, now=now)
    codes = _new_codes(account, now=now)
    audit.record("account.second_step_on", account, by=by)
    account_messages.send("second_step_on", account.email, path="/account", now=now, on=f"{now:%-d %B %Y}")
    return codes


def check(account: Account, code: str, *, by: Actor, now: datetime) -> None:
    """Take a code from the app, or a recovery code. Lets go of the request's transaction while it counts the try.

    Raises:
        TooMany: too many tries.
        DomainError: the code is wrong or was used, or the app was set up under another `SECRET_KEY`.
    """
    account_id = account.id
    with pausing():
        throttles.count((throttles.SECOND_STEP, str(account_id)), now=now)
    step = find(account)
    if step is None:
        raise DomainError(WRONG)
    if not _use_recovery_code(account, code, by=by, now=now):
        _take(step, code, now=now)


def renew_codes(account: Account, *, by: Actor, now: datetime) -> list[str]:
    """Make new recovery codes; those made before no longer work."""
    codes = _new_codes(account, now=now)
    audit.record("account.recovery_codes_renewed", account, by=by)
    return codes


def count_codes(account: Account) -> int:
    """Return how many recovery codes are left."""
    query = sa.select(sa.func.count()).select_from(RecoveryCode)
    return db.session.scalar(query.where(RecoveryCode.account_id == account.id, RecoveryCode.used_at.is_(None))) or 0


def turn_off(account: Account, *, by: Actor, now: datetime) -> None:
    """Do without a second step from now on.

    Raises:
        NotAllowed: the person acts for the host and needs one.
    """
    if is_required(account) and by.account_id == account.id:
        raise NotAllowed("LGA staff need a second step. To change to another app, ask a colleague to reset yours.")
    _forget(account)
    audit.record("account.second_step_off", account, by=by)
    account_messages.send("second_step_off", account.email, path="/account", now=now, on=f"{now:%-d %B %Y}")


def reset(account: Account, *, by: Actor, now: datetime) -> None:
    """Let a person who lost app and recovery codes set up another app.

    Raises:
        NotAllowed: the policy says no.
    """
    require(by, Permission.ACCOUNT_MANAGE, account)
    turn_off(account, by=by, now=now)


def greet(account: Account, token: str | None, *, browser: str, now: datetime) -> str:
    """Know a browser by its token (a new one if it has none), and tell the person of one that was not known."""
    known = db.session.scalars(sa.select(KnownBrowser).where(KnownBrowser.account_id == account.id)).all()
    digest = _hash(token or "")
    for row in known:
        if token and row.token_hash == digest:
            row.last_seen_at = now
            return token
    token = token or secrets.token_urlsafe(32)
    db.session.add(KnownBrowser(account_id=account.id, token_hash=_hash(token), last_seen_at=now, created_at=now))
    if known:
        account_messages.send(
            "new_browser", account.email, path="/account", now=now, on=f"{now:%-d %B %Y}", browser=browser
        )
    db.session.flush()
    return token


def forget_browsers(*, now: datetime) -> None:
    """Delete browsers from which nobody signed in for long."""
    db.session.execute(sa.delete(KnownBrowser).where(KnownBrowser.last_seen_at <= now - BROWSER_KNOWN_FOR))


def _forget(account: Account) -> None:
    for model in (SecondStep, RecoveryCode):
        db.session.execute(sa.delete(model).where(model.account_id == account.id))
    db.session.flush()


def _take(step: SecondStep, code: str, *, now: datetime) -> None:
    """Use up a code of this half-minute or of one beside it; of two who send it at once, one succeeds."""
    code = "".join(code.split())
    totp = pyotp.TOTP(locked_secrets.unlock(step.secret))
    at = int(now.timestamp()) // SECONDS
    for half_minute in (at, at - 1, at + 1):
        if secrets.compare_digest(totp.at(half_minute * SECONDS).encode(), code.encode(errors="replace")):
            taken = sa.update(SecondStep).where(SecondStep.id == step.id, SecondStep.last_used < half_minute)
            if db.session.execute(taken.values(last_used=half_minute)).rowcount:  # type: ignore[attr-defined]
                return
    raise DomainError(WRONG)


def _use_recovery_code(account: Account, code: str, *, by: Actor, now: datetime) -> bool:
    tidy = code.replace("-", "").replace(" ", "").upper()
    used = sa.update(RecoveryCode).where(
        RecoveryCode.account_id == account.id, RecoveryCode.code_hash == _hash(tidy), RecoveryCode.used_at.is_(None)
    )
    if not db.session.execute(used.values(used_at=now)).rowcount:  # type: ignore[attr-defined]
        return False
    audit.record("account.recovery_code_used", account, by=by)
    account_messages.send("recovery_code_used", account.email, path="/account", now=now, left=str(count_codes(account)))
    return True


def _new_codes(account: Account, *, now: datetime) -> list[str]:
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    codes = [pyotp.random_base32(32)[:10] for _ in range(RECOVERY_CODES)]
    db.session.add_all(RecoveryCode(account_id=account.id, code_hash=_hash(code), created_at=now) for code in codes)
    db.session.flush()
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
