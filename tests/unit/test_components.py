"""The page components are those of GOV.UK Frontend: the macros used here draw every official example alike."""

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, PackageLoader, PrefixLoader

COMPONENTS = Path(__file__).parents[2] / "node_modules" / "govuk-frontend" / "dist" / "govuk" / "components"
FIXTURES = sorted(COMPONENTS.glob("*/fixtures.json"))
VOID = {"br", "hr", "img", "input", "path"}
PAGES = Environment(
    loader=PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)


class Flattener(HTMLParser):
    """Reads HTML as a list of tags and texts in which white space and the order of attributes play no part."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[Any] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.parts.append((tag, sorted((name, " ".join((value or "").split())) for name, value in attrs)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self.parts.append(("/" + tag,))

    def handle_data(self, data: str) -> None:
        if text := " ".join(data.split()):
            self.parts.append(text)


def flatten(html: str) -> list[Any]:
    flattener = Flattener()
    flattener.feed(html)
    return flattener.parts


def test_the_official_examples_are_there() -> None:
    assert sum(len(json.loads(file.read_text())["fixtures"]) for file in FIXTURES) == 657


@pytest.mark.parametrize("file", FIXTURES, ids=lambda file: file.parent.name)
def test_macros_draw_the_official_examples(file: Path) -> None:
    known = json.loads(file.read_text())
    component = known["component"]
    macro = "govuk" + component.title().replace("-", "")
    source = f"govuk_frontend_jinja/components/{component}/macro.html"
    template = PAGES.from_string(f"{{% from '{source}' import {macro} %}}{{{{ {macro}(options) }}}}")
    different = [
        example["name"]
        for example in known["fixtures"]
        if flatten(template.render(options=example["options"])) != flatten(example["html"])
    ]
    assert different == []
