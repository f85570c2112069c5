"""What imports ask for, whatever their rows are: a file, then the word to go on."""

from typing import Any

from wtforms import Field, HiddenField, ValidationError

from showcase.forms.base import Form
from showcase.forms.fields import FileField


class ImportForm(Form):
    """A file of many things, one a row."""

    file = FileField("CSV or XLSX file")

    def __init__(self, *args: Any, most: int, things: str, **kwargs: Any) -> None:
        """Say how many of which things the file may hold."""
        super().__init__(*args, **kwargs)
        self.file.description = f"Up to {most:,} {things}, one a row, with the template’s columns."

    def validate_file(self, field: Field) -> None:
        """Refuse an empty answer."""
        if not getattr(field.data, "filename", ""):
            raise ValidationError("Choose a file that ends in .csv or .xlsx")


class ConfirmImportForm(Form):
    """The rows of a file that was checked, to be checked again and done."""

    rows = HiddenField()
