"""Which communes became part of which: read whole or not at all."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey_app.errors import Conflict, LinesRefused
from survey_app.geography.models import Unit
from survey_app.geography.service import import_units
from survey_app.geography.successor_models import Succession
from survey_app.geography.successors import import_successors, successions_between
from tests.village import refusal
from tests.world import TESTER

#: A province of two levels in which communes of Kiên Giang went on: two whole, one split.
NEW = "province_code,province_name,commune_code,commune_name,commune_type\n" + "".join(
    f"91,Tỉnh An Giang,{code},{name},{kind}\n"
    for code, name, kind in (("30001", "Phường Rạch Giá", "phường"), ("30002", "Xã Hòn Nghệ", "xã"))
)
HEAD = "old_code,new_code,share,basis,document\n"
LAW = "Nghị quyết 1654/NQ-UBTVQH15"
GOOD = (
    HEAD
    + f"30730,30001,1,,{LAW}\n"
    + f"30733,30001,1,whole,{LAW}\n"
    + f'30736,30001,"0,667",population,{LAW}\n'
    + f"30736,30002,0.333,population,{LAW}\n"
)


def bring(session: Session, text: str = GOOD) -> object:
    return import_successors(session, io.BytesIO(text.encode()), actor=TESTER)


@pytest.fixture
def two_levels(session: Session) -> Session:
    import_units(session, io.BytesIO(NEW.encode()), actor=TESTER)
    return session


def test_shares_are_read_and_sum_to_one(two_levels: Session) -> None:
    found = bring(two_levels)
    assert (found.old, found.new, found.split, found.unnamed) == (3, 2, 1, 142)
    rows = successions_between(two_levels, "tctk-2020", "tctk-2025")
    assert [(one.old.code, one.new.code, round(one.share, 3), one.basis) for one in rows] == [
        ("30730", "30001", 1, "whole"),
        ("30733", "30001", 1, "whole"),
        ("30736", "30001", 0.667, "population"),
        ("30736", "30002", 0.333, "population"),
    ]
    assert sum(one.share for one in rows if one.old.code == "30736") == pytest.approx(1, abs=1e-12)
    assert {one.effective_on.isoformat() for one in rows} == {"2025-07-01"}


@pytest.mark.parametrize(
    ("line", "word"),
    [
        (f"39999,30001,1,,{LAW}", "39999"),
        (f"30739,39999,1,,{LAW}", "39999"),
        (f"30739,30001,0.6,area,{LAW}", "0.6"),
        (f"30739,30001,1.2,,{LAW}", "share"),
        (f"30739,30001,0,,{LAW}", "share"),
        (f"30739,30001,một,,{LAW}", "share"),
        (f"30739,30001,1,area,{LAW}", "basis"),
        ("30739,30001,1,,", "document"),
        (f"30730,30001,1,,{LAW}", "dòng trên"),
    ],
)
def test_a_wrong_line_is_told_and_nothing_is_stored(two_levels: Session, line: str, word: str) -> None:
    error = refusal(lambda: bring(two_levels, GOOD + line + "\n"))
    assert isinstance(error, LinesRefused)
    assert any(word in reason for _number, reason in error.lines), error.lines
    assert two_levels.scalar(select(func.count(Succession.id))) == 0


def test_a_commune_that_has_successors_is_not_given_others(two_levels: Session) -> None:
    bring(two_levels)
    assert isinstance(refusal(lambda: bring(two_levels)), Conflict)


def test_the_database_refuses_a_split_that_is_called_whole(two_levels: Session) -> None:
    bring(two_levels)
    one = two_levels.scalars(select(Succession).where(Succession.share < 1)).first()
    assert one is not None
    one.basis = "whole"
    with pytest.raises(IntegrityError):
        two_levels.flush()


def test_the_command_says_what_came_in(app: Flask, two_levels: Session, tmp_path: Path) -> None:
    two_levels.commit()
    path = tmp_path / "noi.csv"
    path.write_text(GOOD, encoding="utf-8-sig")
    done = app.test_cli_runner().invoke(args=["geography", "successors", "import", str(path)])
    assert done.output == "3 old communes, 2 new, 1 split, 142 old ones not named.\n"
    assert two_levels.scalar(select(func.count(Unit.id)).where(Unit.code_system == "tctk-2025")) == 3
