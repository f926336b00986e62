"""Official words put into a questionnaire: exactly the texts of the table change, or nothing does."""

from __future__ import annotations

from pathlib import Path

import pytest

from survey_app.errors import LinesRefused, UserError
from survey_app.instruments.comparability import compare_items
from survey_app.instruments.comparison import compare_instruments
from survey_app.instruments.loader import load_file, load_questionnaire
from survey_app.instruments.rewording import Rewording, reword
from survey_app.instruments.schema import Instrument, MultipleItem
from survey_app.instruments.written import write_questionnaire

SOURCE = "Quyết định 2640/QĐ-BNV, Phụ lục 1"
EXAMPLES = Path(__file__).parents[1] / "questionnaires"


def reworded(instrument: Instrument, *cells: tuple[str, str, str], source: str = SOURCE) -> Rewording:
    rows = [
        (line, dict(zip(("item", "language", "text"), row, strict=True))) for line, row in enumerate(cells, start=2)
    ]
    return reword(instrument, rows, source=source, version="2020.2")


def faults(instrument: Instrument, *cells: tuple[str, str, str]) -> list[tuple[int, str]]:
    with pytest.raises(LinesRefused) as refused:
        reworded(instrument, *cells)
    return refused.value.lines


def test_only_the_texts_of_the_table_change(sipas: Instrument) -> None:
    new = reworded(
        sipas, ("a1", "vi", "Nơi ngồi chờ"), ("a1", "en", "Waiting place"), ("m:1", "vi", "Mở rộng")
    ).instrument

    changes = [(one.kind, one.key, one.name, one.after) for one in compare_instruments(sipas, new).changes]
    assert changes == [
        ("item.text", "a1", "text (vi)", "Nơi ngồi chờ"),
        ("item.text", "a1", "text (en)", "Waiting place"),
        ("item.setting", "a1", "wording", "official"),
        ("item.setting", "a1", "source", SOURCE),
        ("item.choice.text", "m", "1 (vi)", "Mở rộng"),
    ]
    assert new.version == "2020.2"
    assert {one.level for one in compare_items(sipas, new)} == {"comparable", "with_care"}


def test_an_item_becomes_official_by_its_own_vietnamese_text_only(sipas: Instrument) -> None:
    done = reworded(
        sipas, ("a1", "vi", "Một"), ("a2", "en", "Two"), ("m:1", "vi", "Ba"), ("b5", "vi", "Bốn"), ("b5", "en", "4")
    )

    assert done.official == ("a1", "b5")
    assert done.english_left == ("a1",)
    assert [item.key for item in done.instrument.questions() if item.wording == "official"] == ["a1", "b5"]
    asked = done.instrument.item("m")
    assert isinstance(asked, MultipleItem)
    assert asked.source is None
    assert asked.options[0].label.vi == "Ba"


def test_words_that_are_already_the_same_become_official_too(sipas: Instrument) -> None:
    new = reworded(sipas, ("a1", "vi", sipas.item("a1").text.vi)).instrument

    assert [one.name for one in compare_instruments(sipas, new).changes] == ["wording", "source"]


def test_every_fault_of_every_line_is_told_at_once(sipas: Instrument) -> None:
    told = faults(
        sipas,
        ("a99", "vi", "Câu"),
        ("a1", "fr", "Question"),
        ("a1", "vi", " "),
        ("a1:4", "vi", "Rất tốt"),
        ("m:77", "vi", "Ý"),
        ("n2_more:1", "vi", "Ý"),
        ("a2", "vi", "x" * 4001),
        ("a3", "vi", "ẩn \u202e chữ"),
        ("a4", "vi", "Câu về {agency}"),
        ("a4", "VI", "Câu hai lần"),
        ("nothing", "xx", ""),
    )

    assert [line for line, _ in told] == [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 12, 12]
    assert "a99" in told[0][1]
    assert "fr" in told[1][1]
    assert "satisfaction5" in told[3][1]
    assert "1, 2, 3" in told[4][1]
    assert "4000" in told[6][1]
    assert "dòng 10" in told[9][1]


def test_names_in_braces_stay_as_they_are() -> None:
    instrument = load_file(EXAMPLES / "piping.yaml")
    item = next(item for item in instrument.questions() if "{" in item.text.vi)
    name = item.text.vi[item.text.vi.index("{") : item.text.vi.index("}") + 1]

    assert reworded(instrument, (item.key, "vi", f"Tại {name} hôm nay")).official == (item.key,)
    for text in ("Không có tên", "Tại {nobody}", f"{name} và {name}", f"{name} {{", "Tại agency}"):
        assert faults(instrument, (item.key, "vi", text))


@pytest.mark.parametrize("source", ["", "  ", "x" * 301, "a\u202eb"])
def test_a_source_must_be_said(sipas: Instrument, source: str) -> None:
    with pytest.raises(UserError, match="--source"):
        reworded(sipas, ("a1", "vi", "Câu"), source=source)


def test_a_table_without_rows_is_refused(sipas: Instrument) -> None:
    with pytest.raises(UserError):
        reworded(sipas)


def test_the_written_file_of_the_new_version_is_the_new_version(sipas: Instrument) -> None:
    new = reworded(sipas, ("a1", "vi", 'Chỗ ngồi: "ghế", quạt # mát'), ("m:1", "en", "- yes")).instrument

    assert load_questionnaire(write_questionnaire(new)).content_hash == new.content_hash
