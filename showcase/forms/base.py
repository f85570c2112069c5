"""What every form shares, and a way to show a service's refusal beside the field that it is about.

A view reads a form, runs one service inside `errors_on(form)` and redirects. When the service refuses, what it did is
undone, its words stand on the form, and the same page is shown again with everything that was typed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask_wtf import FlaskForm

from showcase.errors import DomainError
from showcase.extensions import db

SHOWN_ELSEWHERE = (403, 404, 410)
"""Refusals that have a page of their own: retyping something would not help."""


class Form(FlaskForm):  # type: ignore[misc]
    """Base of every form."""

    refusal: DomainError | None = None
    """What the service said, if it refused."""

    @property
    def status(self) -> int:
        """Return the HTTP status of the page that shows the form: 200, or what is wrong with what was sent."""
        if self.refusal is not None:
            return self.refusal.status
        return 422 if self.errors else 200

    @property
    def errors(self) -> dict[str, Any]:
        """Return the errors by field; those of the whole form lead to its first field."""
        errors = dict(super().errors)
        of_all = errors.pop(self._form_error_key, None)
        if of_all:
            # The error summary drops the hyphen when it makes a link of the key; it keeps the field's own errors apart.
            first = next((f for f in self if f.type not in {"CSRFTokenField", "HiddenField"}), None)
            errors = {f"{first.id if first is not None else 'main-content'}-": of_all, **errors}
        return errors

    def refuse(self, error: DomainError, field: str | None = None) -> None:
        """Show a service's refusal on a field, or on the form as a whole."""
        self.refusal = error
        if field is None:
            self.form_errors.append(str(error))
        else:
            self[field].errors = [*self[field].errors, str(error)]


@contextmanager
def errors_on(form: Form, field: str | None = None) -> Iterator[None]:
    """Run a service so that its refusal undoes what it did and stands on the form, on one field if it is named.

    Return the answer from inside the block; what follows the block is the page with the refusal.

    Raises:
        NotAllowed: the person may not do this; another try would not help.
        NotFound: the thing is not there.
    """
    try:
        with db.session.begin_nested():
            yield
    except DomainError as error:
        if error.status in SHOWN_ELSEWHERE:
            raise
        form.refuse(error, field)
