"""Respondents walk through our XLSForms in the engine of ODK Collect: the same questions, the same refusals."""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pyxform.xls2xform import convert

from survey_app.instruments.conditions import holds
from survey_app.instruments.items import (
    DateItem,
    InformationItem,
    Item,
    MultipleItem,
    NumberItem,
    OtherText,
    RankingItem,
    ScaleItem,
    SingleItem,
    TextItem,
)
from survey_app.instruments.loader import load_file
from survey_app.instruments.schema import Instrument
from survey_app.instruments.xlsform.service import export_xlsform
from survey_app.instruments.xlsform.writing import RowNames
from tests.odk_engine import fill_in

ROOT = Path(__file__).parents[2]
FORMS = [*sorted((ROOT / "questionnaires").glob("*.yaml")), *sorted((ROOT / "tests" / "questionnaires").glob("*.yaml"))]
RESPONDENTS = 4


@dataclass
class Respondent:
    """What somebody answers, as we store it and as ODK does, and what should become of each answer."""

    answers: dict[str, object] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    expected: dict[str, set[str]] = field(default_factory=dict)


def walk(instrument: Instrument, names: RowNames, chance: random.Random) -> Respondent:
    """Somebody who answers whatever is asked: rightly, wrongly, with a missing code, or not at all."""
    one = Respondent(written={names.consent: "yes"})
    for item in instrument.items():
        if item.show_if is not None and not holds(item.show_if, one.answers, instrument):
            continue
        name = names.other[item.parent] if isinstance(item, OtherText) else item.key
        kind = chance.choices(["right", "blank", "wrong", "missing"], [70, 10, 10, 10])[0]
        wrong = wrong_answer(item)
        if kind == "missing" and item.key in names.missing:
            assert isinstance(item, (NumberItem, DateItem))
            word = chance.choice(item.missing or ()).value
            one.answers[item.key] = word
            one.written[names.missing[item.key]] = word
            one.expected[name] = {"ok", "required"}  # the word is chosen in the next row
        elif kind == "wrong" and wrong is not None:
            one.written[name] = wrong
            one.expected[name] = {"refused"}
        elif kind == "blank" or isinstance(item, InformationItem):
            one.expected[name] = {"required"} if item.required else {"ok"}
        else:
            one.answers[item.key] = answer = right_answer(item, instrument, chance)
            one.written[name] = in_odk(item, answer)
            one.expected[name] = {"ok"}
    return one


def right_answer(item: Item, instrument: Instrument, chance: random.Random) -> object:
    if isinstance(item, ScaleItem):
        return chance.choice(instrument.scale_of(item).answers).value
    if isinstance(item, SingleItem):
        return chance.choice(item.options).value
    if isinstance(item, MultipleItem):
        alone = [[option.value] for option in item.options if option.alone]
        many = [option.value for option in item.options if not option.alone]
        return chance.choice([*alone, chance.sample(many, chance.randint(1, len(many)))])
    if isinstance(item, RankingItem):
        return chance.sample([option.value for option in item.options], item.places)
    if isinstance(item, NumberItem):
        least = item.min if item.min is not None else 0
        return int(chance.choice([least, item.max if item.max is not None else least + 7]))
    if isinstance(item, DateItem):
        return (item.min or item.max or datetime.date(2026, 1, 31)).isoformat()
    return "words"


def wrong_answer(item: Item) -> str | None:
    if isinstance(item, MultipleItem):
        alone = next((option.value for option in item.options if option.alone), None)
        other = next((option.value for option in item.options if not option.alone), None)
        return None if alone is None or other is None else f"{alone} {other}"
    if isinstance(item, NumberItem) and (item.min is not None or item.max is not None):
        return str(int(item.min - 1 if item.min is not None else item.max + 1))
    if isinstance(item, DateItem) and item.max is not None:
        return (item.max + datetime.timedelta(days=1)).isoformat()
    return "x" * (item.max_length + 1) if isinstance(item, TextItem) else None


def in_odk(item: Item, answer: object) -> str:
    if isinstance(item, RankingItem) and isinstance(answer, list):
        rest = [option.value for option in item.options if option.value not in answer]
        return " ".join(map(str, [*answer, *rest]))
    return " ".join(map(str, answer)) if isinstance(answer, list) else str(answer)


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[Respondent, dict[str, str]]]]:
    """For each questionnaire its respondents, and what the engine asked them, all in one run."""
    folder, lines = tmp_path_factory.mktemp("walks"), []
    people: list[tuple[str, Respondent]] = []
    for path in FORMS:
        instrument = load_file(path)
        book = folder / f"{path.stem}.xlsx"
        book.write_bytes(export_xlsform(instrument))
        form = book.with_suffix(".xml")
        form.write_text(convert(str(book), validate=False).xform, encoding="utf-8")
        lines.append(f"FORM\t{form}")
        for number in range(RESPONDENTS):
            person = walk(instrument, RowNames.of(instrument), random.Random(f"{path.stem} {number}"))
            people.append((path.stem, person))
            lines += [f"SET\t{name}\t{text}" for name, text in person.written.items()] + ["END"]
    filled = fill_in(lines)
    assert len(filled) == len(people)
    found: dict[str, list[tuple[Respondent, dict[str, str]]]] = {}
    for (stem, person), one in zip(people, filled, strict=True):
        found.setdefault(stem, []).append((person, one.asked))
    return found


@pytest.mark.parametrize("stem", [path.stem for path in FORMS])
def test_odk_asks_the_same_questions_and_refuses_the_same_answers(
    stem: str, walked: dict[str, list[tuple[Respondent, dict[str, str]]]]
) -> None:
    instrument = load_file(next(path for path in FORMS if path.stem == stem))
    names = RowNames.of(instrument)
    helpers = {names.intro, names.consent, *names.introductions.values(), *names.missing.values()}
    for person, asked in walked[stem]:
        questions = {name: said for name, said in asked.items() if name not in helpers}
        assert list(questions) == list(person.expected)
        assert {name: said for name, said in questions.items() if said not in person.expected[name]} == {}
