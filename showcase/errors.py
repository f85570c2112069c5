"""What can go wrong, in words fit for the page. Services raise these; pages show them, the command line prints them."""


class DomainError(Exception):
    """Something the person asked for cannot be done; the message says why and what to do next."""

    status = 422


class NotFound(DomainError):
    """There is no such thing, or the person may not know of it: one and the same answer."""

    status = 404

    def __init__(self, message: str = "This page does not exist, or you may not see it.") -> None:
        super().__init__(message)


class NotAllowed(DomainError):
    """The person may see the thing but not do this to it."""

    status = 403

    WORDS = "You may not do this."

    def __init__(self, message: str = WORDS, *, permission: str = "") -> None:
        super().__init__(message)
        self.permission = permission
        """The permission that was lacking, for the audit trail."""


class NoLongerPublished(DomainError):
    """Everyone could read the text once, and its organisation took it out of sight."""

    status = 410

    def __init__(self) -> None:
        super().__init__("This challenge statement is no longer published.")


class Conflict(DomainError):
    """Someone else changed the thing first, or it is no longer in a state that allows this."""

    status = 409


class TooMany(DomainError):
    """Too many tries; the message says when to come back."""

    status = 429
