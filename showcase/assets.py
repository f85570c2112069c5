"""Copies the front-end packages that npm installed into the folder that the web server serves.

A step of ``make setup``, run as a script; nothing imports it. The copies differ from the packages in one respect:
everything that belongs to GOV.UK alone (its font, crest and crown) is left out, and the font becomes a custom property.
"""

import json
import re
import shutil
import sys
from itertools import product
from pathlib import Path

FONT_STACK = 'var(--app-font, "Helvetica Neue", Arial, "Liberation Sans", sans-serif)'
FONT_WEIGHTS = (400, 700)
FONT_SUBSETS = ("latin-ext", "latin")  # latin-ext holds the ŵ and ŷ of Welsh names


def without_source_map(text: str) -> str:
    """Drop the closing comment that points at a file which is not served."""
    return re.sub(r"(/\*|//)# sourceMappingURL=\S+(\s*\*/)?\s*$", "", text)


def without_government_branding(css: str) -> str:
    """Take the government's font and crest out of GOV.UK Frontend's stylesheet.

    Raises:
        ValueError: something of it is left, because the package has changed.
    """
    css = re.sub(r"@font-face\{[^}]*GDS Transport[^}]*\}", "", css)
    css = css.replace("GDS Transport,arial,sans-serif", FONT_STACK)
    css = re.sub(r"(?:-webkit-)?(?:mask|background)-image:url\([^)]*govuk-crest\.svg\);?", "", css)
    left_over = re.findall(r"GDS Transport|/assets/[^)]*", css)
    if left_over:
        raise ValueError(f"govuk-frontend still carries government branding: {left_over}")
    return css


def copy_govuk_frontend(packages: Path, served: Path) -> None:
    """Copy the stylesheet without branding, and the script as it is."""
    source = packages / "govuk-frontend" / "dist" / "govuk"
    css = (source / "govuk-frontend.min.css").read_text()
    (served / "govuk-frontend.min.css").write_text(without_source_map(without_government_branding(css)))
    script = (source / "govuk-frontend.min.js").read_text()
    (served / "govuk-frontend.min.js").write_text(without_source_map(script))


def copy_autocomplete(packages: Path, served: Path) -> None:
    """Copy the type-ahead that is used for choosing a council."""
    source = packages / "accessible-autocomplete" / "dist"
    for name in ("accessible-autocomplete.min.css", "accessible-autocomplete.min.js"):
        (served / name).write_text(without_source_map((source / name).read_text()))


def copy_font(packages: Path, served: Path) -> None:
    """Copy the font files with their licence, and a stylesheet that names them."""
    source = packages / "@fontsource" / "atkinson-hyperlegible-next"
    characters = json.loads((source / "unicode.json").read_text())
    rules = []
    for subset, weight in product(FONT_SUBSETS, FONT_WEIGHTS):
        name = f"atkinson-hyperlegible-next-{subset}-{weight}-normal.woff2"
        shutil.copyfile(source / "files" / name, served / name)
        rules.append(
            f'@font-face{{font-family:"Atkinson Hyperlegible Next";font-style:normal;font-weight:{weight};'
            f'font-display:swap;src:url({name}) format("woff2");unicode-range:{characters[subset]}}}'
        )
    (served / "font.css").write_text("\n".join(rules) + "\n")
    shutil.copyfile(source / "LICENSE", served / "atkinson-hyperlegible-next.LICENSE")


def main(packages: Path, served: Path) -> None:
    """Fill the served folder from the installed packages."""
    shutil.rmtree(served, ignore_errors=True)
    served.mkdir(parents=True)
    copy_govuk_frontend(packages, served)
    copy_autocomplete(packages, served)
    copy_font(packages, served)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
