"""PDFs of pages made for print: accessible (tagged, PDF/UA-1), without the network and without a browser.

A view renders a template that extends `documents/base.html` and hands its HTML over. The library and the system's own
Pango behind it are loaded when the first document is asked for, so that neither a start nor a page waits for them.
"""

import logging
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from showcase.errors import DomainError

STATIC = Path(__file__).parent.parent / "static"
BASE = "https://static.invalid/"
"""What addresses in a document are relative to: the folder of static files, and nothing else can be fetched."""
KINDS = {".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
log = logging.getLogger("showcase.documents")


class NoPrinter(DomainError):
    """This server cannot make PDFs."""

    status = 503

    def __init__(self) -> None:
        super().__init__(
            "This server cannot make PDFs. Print the page instead: your browser can save what it prints as a PDF."
        )


def pdf(html: str) -> bytes:
    """Return a page as a tagged PDF/UA-1 file; it must have a title, a language and headings in order.

    Raises:
        NoPrinter: the libraries for it are not installed on this server.
    """
    library = _library()
    page = library.HTML(string=html, base_url=BASE, url_fetcher=_fetcher())
    made: bytes = page.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True)
    return made


def is_available() -> bool:
    """Tell whether this server can make PDFs."""
    try:
        _library()
    except NoPrinter:
        return False
    return True


@cache
def _library() -> Any:
    try:
        import weasyprint
    except (ImportError, OSError) as error:  # the package, or the system's Pango that it calls
        log.warning("no PDFs: %s", error)
        raise NoPrinter from error
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    return weasyprint


def _fetcher() -> Any:
    """Return what fetches static files for a document and fails at all else: neither the network nor other files."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class StaticFiles(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: object = None) -> Any:
            file = static_file(url)
            kind = {"Content-Type": KINDS.get(file.suffix, "application/octet-stream")}
            return URLFetcherResponse(url, body=file.read_bytes(), headers=kind)

    return StaticFiles()


def static_file(url: str) -> Path:
    """Return the static file at an address.

    Raises:
        ValueError: the address is of something else.
    """
    file = (STATIC / unquote(urlsplit(url).path).lstrip("/")).resolve()
    if not url.startswith(BASE) or not file.is_relative_to(STATIC.resolve()):
        raise ValueError("a document may use static files alone")
    return file
