"""The pages on the format of questionnaires and on workbooks have everything there is; their examples are accepted."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from survey_app.instruments.json_schema import written_schema
from survey_app.instruments.loader import MAX_BYTES, load_questionnaire
from survey_app.instruments.problems import CATALOGUE, QuestionnaireProblems
from survey_app.instruments.texts import RESERVED_KEYS
from survey_app.instruments.written import dump, round_trip
from survey_app.instruments.xlsform.layout import COLUMNS, OWN
from survey_app.instruments.xlsform.losses import CATALOGUE as LOSSES
from survey_app.instruments.xlsform.reading import MAX_QUESTIONS
from survey_app.instruments.xlsform.workbook import MAX_BYTES as WORKBOOK_BYTES
from survey_app.instruments.xlsform.workbook import MAX_COLUMNS, MAX_ROWS
from survey_app.instruments.yaml_tree import MAX_PARTS
from tests.documents import FORMAT, WORKBOOKS, table_after, text_of, without_code, yaml_of


def as_shown(words: object) -> str:
    """A message of a catalogue as a table shows it: … for what the machine fills in."""
    return re.sub(r"%\(\w+\)s", "…", str(words)).replace("%%", "%")


@pytest.mark.parametrize(
    ("page", "heading", "catalogue"),
    [(FORMAT, "## Bảng mã lỗi", CATALOGUE), (WORKBOOKS, "## Bảng mã\n", LOSSES)],
    ids=["questionnaires", "workbooks"],
)
def test_the_table_of_codes_has_every_code_in_the_words_of_the_machine(
    page: Path, heading: str, catalogue: dict[str, tuple[Any, Any]]
) -> None:
    told = {code: (message, advice) for code, message, advice in table_after(text_of(page), heading)}

    assert told == {code: (as_shown(message), as_shown(advice)) for code, (message, advice) in catalogue.items()}


def words_in_code(page: Path) -> set[str]:
    """Every word that stands between backticks."""
    return set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]+)`", without_code(text_of(page))))))


def test_the_page_on_the_format_has_every_key_and_every_value_to_choose() -> None:
    named: set[str] = set()

    def walk(part: object) -> None:
        if isinstance(part, dict):
            named.update(part.get("properties", {}))
            named.update(value for value in [*part.get("enum", ()), part.get("const")] if isinstance(value, str))
            for inner in part.values():
                walk(inner)
        elif isinstance(part, list):
            for inner in part:
                walk(inner)

    walk(json.loads(written_schema()))
    told = {
        word for code in re.findall(r"`([^`]+)`", without_code(text_of(FORMAT))) for word in re.findall(r"\w+", code)
    }

    assert {"sub_dimensions", "not_in", "dont_know", "papi_total", "exclusive"} <= named
    assert named - told == set()
    assert told >= RESERVED_KEYS


def test_the_page_on_workbooks_has_every_sheet_and_column_of_ours() -> None:
    told = {
        row[0].strip("`"): re.findall(r"`(\w+)`", row[1])
        for row in table_after(text_of(WORKBOOKS), "## Các cột và trang")
    }

    assert told == {
        sheet: [name for name in columns if sheet.startswith(OWN) or name.startswith(OWN)]
        for sheet, columns in COLUMNS.items()
        if sheet.startswith(OWN) or any(name.startswith(OWN) for name in columns)
    }


def test_the_pages_tell_the_limits_of_files() -> None:
    told = " ".join(text_of(WORKBOOKS).split())
    format_told = " ".join(text_of(FORMAT).split())

    for number, unit in ((MAX_ROWS, "dòng"), (MAX_COLUMNS, "cột"), (MAX_QUESTIONS, "câu")):
        assert f" {number:,} {unit}".replace(",", ".") in told
    assert f" {WORKBOOK_BYTES // 1_000_000} MB" in told
    assert f" {MAX_BYTES // 1_000_000} MB và {MAX_PARTS:,} giá trị".replace(",", ".") in format_told


def test_the_examples_of_the_format_fit_into_the_first_and_are_accepted() -> None:
    first, *pieces = yaml_of(FORMAT)
    whole = round_trip().load(first)
    added, conditions = [], []
    for piece in pieces:
        if piece.startswith("show_if"):
            conditions += [round_trip().load(line)["show_if"] for line in piece.splitlines()]
            continue
        read = round_trip().load(piece)
        if isinstance(read, list):
            added += read
            continue
        for key, value in read.items():
            if key in ("scales", "indices"):
                (whole[key].update if key == "scales" else whole[key].extend)(value)
            else:
                whole[key] = value
    whole["sections"][-1]["items"] += added
    last = [
        {"key": f"if_{number}", "type": "information", "text": {"vi": "Có", "en": "Yes"}, "show_if": condition}
        for number, condition in enumerate(conditions)
    ]
    whole["sections"].append({"key": "conditions", "title": {"vi": "Cuối", "en": "Last"}, "items": last})

    instrument = load_questionnaire(dump(whole))

    assert {item.type for item in instrument.items()} == {
        "scale", "single", "multiple", "ranking", "number", "text", "date", "information",
    }  # fmt: skip
    assert {index.kind for index in instrument.indices} == {
        "satisfied_share", "mean_score", "all_satisfied", "papi_dimension", "papi_total",
    }  # fmt: skip
    assert len(conditions) > 8


def test_the_problems_shown_as_an_example_are_those_of_the_example_broken() -> None:
    text = yaml_of(FORMAT)[0]
    broken = text.replace('version: "1"', "version: 1").replace("item: tre_hen, in", "item: tre_han, in")

    with pytest.raises(QuestionnaireProblems) as refused:
        load_questionnaire(broken, name="sai.yaml")

    assert "```text\n" + "\n".join(map(str, refused.value.problems)) + "\n```" in text_of(FORMAT)
