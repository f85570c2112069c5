"""Finds faulty markup that browsers forgive: broken nesting, ids used twice, and markup that was escaped by mistake."""

import re
from collections import Counter

import html5lib

ESCAPED_MARKUP = re.compile(
    r"&lt;/?(?:a|div|dl|figure|form|h[1-6]|li|ol|p|section|span|strong|table|td|tr|ul)\b[^&]{0,80}"
)


def faults_of(page: str) -> list[str]:
    """Return what is wrong with a whole page of HTML; empty when nothing is."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(page)
    faults = [f"line {line}: {code} {data or ''}".strip() for (line, _column), code, data in parser.errors]
    ids = Counter(element.get("id") for element in tree.iter() if element.get("id"))
    faults += [f"id used {count} times: {name}" for name, count in ids.items() if count > 1]
    faults += [f"escaped markup: {match.group()}" for match in ESCAPED_MARKUP.finditer(page)]
    return faults
