"""The extract: new answers join it, rejected ones leave it, and it may be lost without a digit changing."""

from __future__ import annotations

import shutil
from pathlib import Path

from flask import Flask
from sqlalchemy.orm import Session

from survey_app.collection.models import Response
from survey_app.results import extract
from survey_app.results.estimates import estimate_survey
from survey_app.results.extract import read_extract
from survey_app.results.kept import forget_kept
from survey_app.results.tables import rows_as_json
from survey_app.surveys.models import Survey
from tests.village import at_once, communes, make_village, respond


def parts(app: Flask) -> list[Path]:
    return sorted((Path(app.config["INSTANCE"]) / "extracts").glob("*/part-*.parquet"))


def add(session: Session, survey: Survey, count: int) -> None:
    for number in range(count):
        answers = {
            "q1": 1 + number % 3,
            "q2": 3,
            "ways": [1, 2],
            "visits": 3,
            "words": "riêng tư",
            "when": "2026-01-02",
        }
        respond(session, survey, communes(session, survey)[number % 5], answers=answers)
    session.commit()


def forget_counted(app: Flask) -> None:
    for path in (Path(app.config["INSTANCE"]) / "extracts").glob("*/counted-*.parquet"):
        path.unlink()


def forget_figures(app: Flask) -> None:
    forget_kept()
    for folder in (Path(app.config["INSTANCE"]) / "extracts").glob("*/figures-*"):
        shutil.rmtree(folder)


def test_new_answers_join_what_was_read_before(app: Flask, session: Session) -> None:
    survey = make_village(session)
    sizes, prints = [], set()
    for count in (12, 3, 0, 1):
        add(session, survey, count)
        found = read_extract(session, survey)
        sizes.append(found.table.num_rows)
        prints.add(found.fingerprint)
    assert sizes == [12, 15, 15, 16]
    assert len(prints) == 3
    assert len(parts(app)) == 3


def test_the_extract_may_be_deleted_or_damaged_without_a_digit_changing(app: Flask, session: Session) -> None:
    survey = make_village(session)
    for count in (12, 7, 5):
        add(session, survey, count)
        before = rows_as_json(estimate_survey(session, survey, "commune").rows, simulated=False)
    damages = [
        lambda: shutil.rmtree(parts(app)[0].parent),
        lambda: parts(app)[0].unlink(),  # noqa: PLW0108  the list of parts is made when it runs
        lambda: parts(app)[-1].write_bytes(b""),
        lambda: parts(app)[0].write_bytes(parts(app)[0].read_bytes()[:100]),
        lambda: (parts(app)[0].parent / "draft.tmp").write_bytes(b"half"),
    ]
    for damage in damages:
        damage()
        forget_counted(app)
        forget_figures(app)
        assert rows_as_json(estimate_survey(session, survey, "commune").rows, simulated=False) == before
        assert read_extract(session, survey).table.num_rows == 24


def test_answers_that_come_after_a_part_was_lost_overwrite_nothing(app: Flask, session: Session) -> None:
    survey = make_village(session)
    for count in (4, 5, 6):
        add(session, survey, count)
        read_extract(session, survey)
    parts(app)[0].unlink()
    add(session, survey, 1)
    assert read_extract(session, survey).table.num_rows == 16


def test_many_small_parts_are_merged_into_one(app: Flask, session: Session, monkeypatch: object) -> None:
    monkeypatch.setattr(extract, "MAXIMUM_PARTS", 3)
    survey = make_village(session)
    for _number in range(4):
        add(session, survey, 2)
        read_extract(session, survey)
    assert len(parts(app)) == 1
    add(session, survey, 2)
    assert read_extract(session, survey).table.num_rows == 10


def test_a_rejected_answer_disappears_and_may_come_back(session: Session) -> None:
    survey = make_village(session)
    add(session, survey, 12)
    whole = read_extract(session, survey)
    row = session.query(Response).first()
    row.status = "rejected"
    session.commit()
    fewer = read_extract(session, survey)
    assert str(row.id) not in fewer.table.column("response_id").to_pylist()
    assert (fewer.table.num_rows, estimate_survey(session, survey).responses) == (11, 11)
    assert fewer.fingerprint != whole.fingerprint
    row.status = "flagged"
    session.commit()
    assert read_extract(session, survey).fingerprint == whole.fingerprint


def test_the_extract_holds_no_words_no_collector_and_no_hour(session: Session) -> None:
    survey = make_village(session)
    add(session, survey, 1)
    table = read_extract(session, survey).table
    assert "words" not in table.column_names
    assert "riêng tư" not in str(table.to_pylist())
    columns = "response_id commune channel language day q1 q2 late q3 q3? ways visits when sex"
    assert set(table.column_names) == set(columns.split())


def test_the_order_in_which_answers_came_changes_no_digit(app: Flask, session: Session) -> None:
    survey = make_village(session)
    add(session, survey, 15)
    read_extract(session, survey)
    add(session, survey, 4)
    before = rows_as_json(estimate_survey(session, survey).rows, simulated=False)
    shutil.rmtree(parts(app)[0].parent)
    forget_figures(app)
    assert rows_as_json(estimate_survey(session, survey).rows, simulated=False) == before


def test_people_who_look_at_once_see_the_same_figures(app: Flask, session: Session) -> None:
    from survey_app.database import db
    from survey_app.surveys.queries import find_survey
    from tests.village import VILLAGE

    survey = make_village(session)
    add(session, survey, 12)
    session.rollback()
    seen = at_once(app, lambda number: read_extract(db.session, find_survey(db.session, VILLAGE)).table.num_rows, 5)
    assert seen == [12] * 5
    assert len(parts(app)) == 1
