"""The documents hold links that lead somewhere, pictures that are there, and counts that are right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from survey_app.instruments.items import OtherText, ScaleItem
from survey_app.instruments.loader import load_file
from survey_app.settings import ROOT
from tests.documents import DOCS, PAGES, anchors_of, links_of, pictures_of, table_after, text_of

GUIDE = DOCS / "huong-dan" / "bo-phieu.md"
READMES = [ROOT / "README.md", ROOT / "README.vi.md"]
LARGEST_PICTURE = 120_000

by_name = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


@by_name
def test_every_link_leads_to_a_file_and_a_heading_that_are_there(page: Path) -> None:
    for link in links_of(page):
        if link.startswith(("http:", "https:")):
            continue
        path, _mark, place = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not place or place in anchors_of(target), link


@by_name
def test_every_picture_says_what_it_shows(page: Path) -> None:
    text = text_of(page)
    told = re.findall(r"!\[([^\]]+)\]\([^)]+\.png\)", text) + re.findall(r'<img [^>]*alt="([^"]+)"', text)
    assert len(told) == len(pictures_of(page))


def test_every_picture_is_shown_somewhere_and_weighs_little() -> None:
    shown = {(page.parent / link).resolve() for page in PAGES for link in pictures_of(page)}
    pictures = set((DOCS / "images").glob("*.png"))

    assert pictures == shown
    assert {path.name: size for path in pictures if (size := path.stat().st_size) > LARGEST_PICTURE} == {}


def test_the_list_of_documents_names_every_page() -> None:
    listed = {(DOCS / link.partition("#")[0]).resolve() for link in links_of(DOCS / "README.md")}

    assert set(DOCS.rglob("*.md")) - {DOCS / "README.md"} <= listed


def test_the_buttons_a_guide_names_are_there() -> None:
    sources = [*(ROOT / "survey_app").rglob("*.html"), *(ROOT / "survey_app").rglob("*.py")]
    screens = " ".join(re.sub(r"\s+", " ", text_of(path)) for path in sources)
    named = set(re.findall(r"\*\*([^*]+)\*\*", text_of(GUIDE)))

    assert len(named) > 15
    assert {words for words in named if re.sub(r"\s+", " ", words) not in screens} <= {
        "phụ trách khảo sát", "phụ trách lĩnh vực", "cả hai thứ tiếng", "là một yếu tố",
    }  # fmt: skip


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_the_table_of_questionnaires_counts_what_is_in_the_files(page: Path) -> None:
    heading = "## Questionnaires" if page.name == "README.md" else "## Bộ phiếu"
    told = {row[0].strip("`"): (row[-3], row[-2], row[-1]) for row in table_after(text_of(page), heading)}

    found = {}
    for path in (ROOT / "questionnaires").glob("*.yaml"):
        one = load_file(path)
        asked = [item for item in one.questions() if not isinstance(item, OtherText)]
        rated = sum(isinstance(item, ScaleItem) for part in one.sections if part.factor for item in part.items)
        found[path.stem] = (str(len(asked)), str(rated or "–"), str(one.minutes))
    assert told == found
