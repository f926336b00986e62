"""The pages of the documents, and what stands in them: text, links, tables, code."""

from __future__ import annotations

import re
from pathlib import Path

from survey_app.settings import ROOT

DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
FORMAT, WORKBOOKS = DOCS / "bo-phieu.md", DOCS / "xlsform.md"
COMMANDS = [DOCS / "dong-lenh.md", DOCS / "command-line.md"]


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def without_code(text: str) -> str:
    return re.sub(r"^ *```.*?^ *```$", "", text, flags=re.M | re.S)


def anchors_of(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", without_code(text_of(page)), flags=re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links_of(page: Path) -> list[str]:
    text = without_code(text_of(page))
    return re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'src="([^"]+)"', text)


def pictures_of(page: Path) -> list[str]:
    return [link for link in links_of(page) if link.endswith(".png")]


def table_after(text: str, heading: str) -> list[list[str]]:
    """The rows of the first table after the heading, without its head."""
    rows = re.search(r"((?:^\|.*\n)+)", text[text.index(heading) :], flags=re.M)
    assert rows
    return [
        [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", row)[1:-1]]
        for row in rows[1].splitlines()[2:]
    ]


def yaml_of(page: Path) -> list[str]:
    blocks = re.findall(r"^( *)```yaml\n(.*?)^ *```$", text_of(page), flags=re.M | re.S)
    return [re.sub(rf"^{indent}", "", code, flags=re.M) for indent, code in blocks]
