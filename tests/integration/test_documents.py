"""PDFs: tagged and titled, readable as text, and made without reaching for anything outside."""

import logging
import subprocess
import sys
from io import BytesIO
from typing import Any
from urllib.parse import urljoin

import pytest
from flask import Flask, render_template_string
from pypdf import PdfReader

from showcase.services import documents

pytestmark = pytest.mark.either_database

PAGE = """{% extends "documents/base.html" %}
{% block title %}A day in Ŵern{% endblock %}
{% block content %}<h1>A day in Ŵern</h1><h2>Costs</h2>
<table><caption>Figures</caption><thead><tr><th scope="col">What</th></tr></thead>
<tbody><tr><td>£5</td></tr></tbody></table>
{{ more | safe }}{% endblock %}"""


def reader_of(app: Flask, more: str = "") -> PdfReader:
    with app.test_request_context():
        return PdfReader(BytesIO(documents.pdf(render_template_string(PAGE, more=more))))


def tags_of(node: Any) -> set[str]:
    """Return the names of all structure elements beneath one."""
    node = node.get_object()
    if not isinstance(node, dict):
        return set()
    found = {str(node["/S"])} if "/S" in node else set()
    below = node.get("/K", [])
    for child in below if isinstance(below, list) else [below]:
        found |= tags_of(child)
    return found


def test_a_document_is_tagged_titled_and_in_a_language(app: Flask) -> None:
    reader = reader_of(app)
    root = reader.root_object
    assert root["/MarkInfo"]["/Marked"].value is True  # type: ignore[index]
    assert root["/Lang"] == "en-GB"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True  # type: ignore[index]
    assert reader.metadata is not None
    assert reader.metadata.title == "A day in Ŵern"
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/Caption"} <= tags_of(root["/StructTreeRoot"])
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()  # type: ignore[union-attr]


def test_its_words_can_be_read_and_its_fonts_are_in_it(app: Flask) -> None:
    (page,) = reader_of(app).pages
    assert "A day in Ŵern" in page.extract_text()
    assert "£5" in page.extract_text()
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]  # type: ignore[index]
    assert {"Document", "Document-Bold"} <= {font["/BaseFont"].partition("+")[2] for font in fonts}
    for font in fonts:
        (descendant,) = font["/DescendantFonts"]
        assert set(descendant.get_object()["/FontDescriptor"].get_object()) & {"/FontFile2", "/FontFile3"}


@pytest.mark.parametrize("address", ["https://example.org/a.svg", "file:///etc/hostname", "%2e%2e/config.py"])
def test_nothing_but_static_files_can_be_fetched(app: Flask, address: str, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ValueError, match="static files alone"):
        documents.static_file(urljoin(documents.BASE, address))
    with caplog.at_level(logging.ERROR):
        assert reader_of(app, f'<img src="{address}" alt="A">').pages


def test_a_server_without_the_library_says_to_print_the_page() -> None:
    """In a process of its own, in which the system's Pango cannot be found."""
    program = (
        "import sys, cffi\n"
        "real = cffi.FFI.dlopen\n"
        "def dlopen(self, name, *rest):\n"
        "    raise OSError(f'no {name}')\n"
        "cffi.FFI.dlopen = dlopen\n"
        "from showcase.services import documents\n"
        "assert 'weasyprint' not in sys.modules\n"
        "try:\n"
        "    documents.pdf('<h1>A</h1>')\n"
        "except documents.NoPrinter as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert "Print the page instead" in done.stdout, done.stderr[-2000:]


def test_the_web_starts_without_it() -> None:
    program = "import sys, wsgi; print('weasyprint' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        env={"EMBEDDER_URL": "", "DATABASE_URL": "sqlite:///:memory:", "SECRET_KEY": "0" * 40},
    )
    assert done.stdout.strip() == "False", done.stderr[-2000:]
