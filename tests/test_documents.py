"""The documents hold links that lead somewhere, pictures that are there, and counts that are right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from survey_app.instruments.items import OtherText, ScaleItem
from survey_app.instruments.loader import load_file
from survey_app.settings import ROOT
from tests.documents import DOCS, PAGES, anchors_of, links_of, pictures_of, table_after, text_of

#: Guides, each with the words it sets in bold or quotes that are no words of the screen.
GUIDES = {
    DOCS / "huong-dan" / "bo-phieu.md": {
        "phụ trách khảo sát", "phụ trách lĩnh vực", "cả hai thứ tiếng", "là một yếu tố",
        "chỉ hỏi khi…", "Chỉ trả lời khi: …", "Không muốn trả lời",
    },
    DOCS / "huong-dan" / "so-noi-vu.md": {
        "Bộ phiếu → Mẫu → Thực địa → Kết quả → Công bố", "Các yếu tố, các tiêu chí", "mầm ngẫu nhiên",
        "Đạt, không đạt, chưa đủ bằng chứng",
    },
    DOCS / "huong-dan" / "buu-dien.md": {"Mã QR của từng xã"},
    DOCS / "huong-dan" / "giam-sat.md": set(),
    DOCS / "huong-dan" / "quan-tri.md": {"Mất khóa"},
}  # fmt: skip
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


@pytest.fixture(scope="module")
def screens() -> str:
    """Everything the screens and the program may say, on one line."""
    sources = [*(ROOT / "survey_app").rglob("*.html"), *(ROOT / "survey_app").rglob("*.py")]
    return re.sub(r'" f?"', "", " ".join(re.sub(r"\s+", " ", text_of(path)) for path in sources))


@pytest.mark.parametrize("page", [*GUIDES], ids=lambda page: page.stem)
def test_the_buttons_a_guide_names_are_there(page: Path, screens: str) -> None:
    text = re.sub(r"^( *(?:- |\d+\. )?)\*\*[^*]+\*\*(?=[:,])", r"\1", text_of(page), flags=re.M)
    named = {re.sub(r"\s+", " ", words) for words in re.findall(r"\*\*([^*]+)\*\*", text)}
    quoted = {re.sub(r"\s+", " ", words) for words in re.findall(r"„([^”]+)”", text)}

    assert len(named) > 10 or page.stem in ("giam-sat", "quan-tri")
    assert {words for words in named | quoted if words not in screens} <= GUIDES[page]


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
