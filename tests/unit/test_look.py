"""The look: colours that can be read, nothing that belongs to GOV.UK alone, and the one inline script that may run."""

import base64
import hashlib
import re
from pathlib import Path

import pytest
from jinja2 import Environment, PackageLoader, PrefixLoader

from showcase import headers
from showcase.assets import without_government_branding

STATIC = Path(headers.__file__).parent / "static"
STYLES = (STATIC / "app.css").read_text()
COLOURS = dict(re.findall(r"--((?:app|govuk)-[a-z-]+): (#[0-9a-f]{6});", STYLES))
WHITE = "#ffffff"


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it, from 0 to 1."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_computed_as_the_standard_says() -> None:
    assert contrast("#000000", WHITE) == pytest.approx(21)
    assert contrast("#777777", WHITE) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("background", [WHITE, "govuk-surface-background-colour", "app-tint"])
@pytest.mark.parametrize(
    "text",
    [
        "govuk-text-colour",
        "govuk-secondary-text-colour",
        "govuk-link-colour",
        "govuk-link-hover-colour",
        "govuk-link-visited-colour",
        "app-deep",
    ],
)
def test_text_can_be_read_on_every_background(text: str, background: str) -> None:
    assert contrast(COLOURS[text], COLOURS.get(background, background)) >= 4.5


@pytest.mark.parametrize("background", ["app-deep", "app-action", "app-action-hover"])
def test_white_text_can_be_read_on_every_dark_colour(background: str) -> None:
    assert contrast(WHITE, COLOURS[background]) >= 4.5


def test_marked_words_can_be_read() -> None:
    assert contrast(COLOURS["govuk-text-colour"], COLOURS["app-highlight"]) >= 4.5


def test_edges_of_fields_can_be_seen() -> None:
    assert contrast(COLOURS["govuk-input-border-colour"], WHITE) >= 3


def test_the_served_files_carry_no_government_branding() -> None:
    served = " ".join(file.name for file in (STATIC / "vendor").iterdir()).lower()
    assert not re.search(r"crest|crown|light-|bold-", served)
    assert not re.search(r"GDS Transport|/assets/", (STATIC / "vendor" / "govuk-frontend.min.css").read_text())


def test_branding_that_a_new_version_brings_is_refused() -> None:
    assert "GDS" not in without_government_branding("a{font-family:GDS Transport,arial,sans-serif}")
    with pytest.raises(ValueError, match="crown"):
        without_government_branding("a{background:url(/assets/images/crown.svg)}")


def test_the_policy_lets_the_one_inline_script_run() -> None:
    pages = Environment(
        loader=PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = pages.from_string(
        "{% extends 'govuk_frontend_jinja/template.html' %}"
        "{% block govukHeader %}{% endblock %}{% block govukFooter %}{% endblock %}"
    ).render()
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    assert [f"'sha256-{digest}'" for digest in digests] == [headers.TEMPLATE_SCRIPT]
