"""Every questionnaire that comes with the platform, filled in by the engine of ODK Collect and read back the same."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from survey_app.api.openrosa.form import OdkNames, make_xform
from survey_app.api.openrosa.submission import declines, read_answers, read_form, read_moments
from survey_app.instruments.answers import check_answers
from survey_app.instruments.conditions import holds
from survey_app.instruments.items import InformationItem, OtherText
from survey_app.instruments.loader import load_file
from tests.instruments.test_odk_walk import FORMS, in_odk, right_answer
from tests.rooms.odk_phone import fill_in_engine

PLACES = b"name,label\n1204,H\xe1\xbb\x93 s\xc6\xa1 1204\n"


def read_back(path: Path, folder: Path, seed: int) -> None:
    """Somebody answers rightly whatever is asked; the door must get the very answers."""
    instrument, chance = load_file(path), random.Random(f"{path.stem} {seed}")
    names = OdkNames.of(instrument)
    answers: dict[str, object] = {}
    written = {names.rows.consent: "yes", names.where: "1204"}
    for item in instrument.items():
        if isinstance(item, InformationItem) or (item.show_if and not holds(item.show_if, answers, instrument)):
            continue
        answers[item.key] = right_answer(item, instrument, chance)
        name = names.rows.other[item.parent] if isinstance(item, OtherText) else item.key
        written[name] = in_odk(item, answers[item.key])
    xml = make_xform(instrument, form_id="dot-thu", version="1", title="Thử", by_case=True)
    sent = read_form(fill_in_engine(xml, PLACES, written, folder))
    assert (sent.form_id, sent.fields[names.where]) == ("dot-thu", "1204")
    assert not declines(sent, instrument, names)
    minutes, end = read_moments(sent, names)
    assert minutes is not None
    assert end is not None
    came = check_answers(instrument, read_answers(sent, instrument, names))
    assert (came.problems, came.dropped) == ([], [])
    assert came.answers == check_answers(instrument, answers).answers


def test_a_questionnaire_with_an_item_of_every_type_is_read_back_as_it_was_answered(tmp_path: Path) -> None:
    read_back(next(path for path in FORMS if path.stem == "item_types"), tmp_path, 1)


@pytest.mark.long
@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_every_questionnaire_is_read_back_as_it_was_answered(path: Path, tmp_path: Path) -> None:
    for seed in range(3):
        read_back(path, tmp_path, seed)
