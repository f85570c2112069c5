"""Settings: read once from the environment, checked, frozen. Everything else is told its settings by `create_app()`."""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DATABASE_SCHEMES = ("sqlite:///", "postgresql+psycopg://")


class BadSettings(Exception):
    """The environment cannot be used; the message lists every fault, one on each line."""


@dataclass(frozen=True)
class Settings:
    """What a deployment may choose."""

    instance_path: Path
    """Folder for what one machine keeps: the SQLite database, mail that could not be sent by SMTP, the secret key."""
    database_url: str
    secret_key: str
    base_url: str = "http://127.0.0.1:8000"
    """Address that links in e-mails start with, without a slash at its end."""
    is_demo: bool = False
    """Whether the demo sign-ins work and pages say that the content is illustrative."""
    is_secure: bool = False
    """Whether pages are served over HTTPS, so that cookies may be marked secure."""
    embedder_url: str | None = "http://127.0.0.1:8100"
    """Where an OpenAI-compatible embeddings service answers; None for lexical ranking alone."""
    model_name: str = "all-MiniLM-L6-v2"
    """The sentence-transformers model that the worker loads; this one comes with the installation."""
    smtp_url: str | None = None
    """smtp://user:password@host:port or smtps://…; None keeps mail readable in `instance_path`/mail."""
    mail_from: str = "Tech Innovation Showcase <no-reply@showcase.example>"
    contact_email: str | None = None
    """Where people reach those who run this service; the pages on privacy and accessibility name it."""
    keep_needs_days: int = 14
    """Days after an event for which attendees' access and dietary needs are kept."""
    clamd: str | None = None
    """Where ClamAV's daemon listens, as host:port or unix:/path: files are kept only once it let them pass."""
    breached_passwords_url: str | None = None
    """Where a list of breached passwords answers as api.pwnedpasswords.com does; None: none is asked."""
    metrics_token: str | None = None
    """Lets its bearer read the figures at /metrics; None: nobody can."""
    proxy_count: int = 0
    """How many trusted reverse proxies stand in front and set X-Forwarded-For."""

    def cookie_name(self, name: str) -> str:
        """Return what a cookie is called: over HTTPS so that browsers take it from this host alone, for this host."""
        return f"__Host-{name}" if self.is_secure else name

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings from environment variables named after them in capitals.

        Raises:
            BadSettings: one or more variables cannot be used.
        """
        faults: list[str] = []
        instance = Path(environment.get("INSTANCE_PATH") or "instance").resolve()
        url = environment.get("DATABASE_URL") or _kept_database(instance, faults)
        if not url.startswith(DATABASE_SCHEMES):
            faults.append(f"DATABASE_URL must start with one of {', '.join(DATABASE_SCHEMES)}")
        base_url = (environment.get("BASE_URL") or f"http://127.0.0.1:{environment.get('PORT') or 8000}").rstrip("/")
        if not base_url.startswith(("http://", "https://")):
            faults.append("BASE_URL must start with http:// or https://")
        key = environment.get("SECRET_KEY") or _kept_secret(instance, faults)
        if len(key) < 32:
            faults.append("SECRET_KEY must have at least 32 characters")
        proxies = environment.get("PROXY_COUNT") or "0"
        if not proxies.isdecimal():
            faults.append("PROXY_COUNT must be a whole number")
        needs_days = environment.get("KEEP_NEEDS_DAYS") or str(cls.keep_needs_days)
        if not needs_days.isdecimal():
            faults.append("KEEP_NEEDS_DAYS must be a whole number")
        clamd = environment.get("CLAMD", "")
        if clamd and not re.fullmatch(r"unix:/.+|.+:\d{1,5}", clamd):
            faults.append("CLAMD must be host:port or unix:/path")
        breached = environment.get("BREACHED_PASSWORDS_URL", "").rstrip("/")
        if breached and not breached.startswith(("http://", "https://")):
            faults.append("BREACHED_PASSWORDS_URL must start with http:// or https://")
        is_demo = _flag(environment, "DEMO", faults)
        if faults:
            raise BadSettings("\n".join(faults))
        return cls(
            instance_path=instance,
            database_url=url,
            secret_key=key,
            base_url=base_url,
            is_demo=is_demo,
            is_secure=base_url.startswith("https://"),
            embedder_url=environment.get("EMBEDDER_URL", "http://127.0.0.1:8100") or None,
            model_name=environment.get("MODEL_NAME") or cls.model_name,
            smtp_url=environment.get("SMTP_URL") or None,
            mail_from=environment.get("MAIL_FROM") or cls.mail_from,
            contact_email=environment.get("CONTACT_EMAIL") or None,
            keep_needs_days=int(needs_days),
            clamd=clamd or None,
            breached_passwords_url=breached or None,
            metrics_token=environment.get("METRICS_TOKEN") or None,
            proxy_count=int(proxies),
        )


def _flag(environment: Mapping[str, str], name: str, faults: list[str]) -> bool:
    value = environment.get(name, "").lower()
    if value not in {"", "0", "1", "false", "true"}:
        faults.append(f"{name} must be 1 or 0")
    return value in {"1", "true"}


def make_private_folder(folder: Path) -> None:
    """Make a folder that nobody but this service may look into; one that is there stays as it is."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _kept_database(instance: Path, faults: list[str]) -> str:
    """Return the address of the SQLite database in the instance folder, which is made for it."""
    try:
        make_private_folder(instance)
    except OSError as error:
        faults.append(f"DATABASE_URL is not set and {instance} cannot be used: {error.strerror}")
    return f"sqlite:///{instance / 'showcase.sqlite'}"


def _kept_secret(instance: Path, faults: list[str]) -> str:
    """Return the secret key kept in the instance folder, made at the first start so that sign-ins outlive a restart."""
    file = instance / "secret_key"
    try:
        make_private_folder(instance)
        try:
            descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            return file.read_text()
        with os.fdopen(descriptor, "w") as new:
            key = secrets.token_urlsafe(48)
            new.write(key)
            return key
    except OSError as error:
        faults.append(f"SECRET_KEY is not set and {file} cannot be used: {error.strerror}")
        return ""
