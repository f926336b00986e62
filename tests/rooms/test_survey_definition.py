"""A survey as a YAML file: what is good becomes a draft, every fault is told with its line."""

from __future__ import annotations

import io
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.errors import Conflict, LinesRefused, NotFound, UserError
from survey_app.geography.service import import_units
from survey_app.surveys.definition_file import read_definition_file
from survey_app.surveys.models import Survey
from survey_app.surveys.service import create_survey
from tests.village import TWO_LEVELS, found_village, refusal, village_definition
from tests.world import TESTER, definition

FILE = """\
slug: kien-giang-2020
title: {vi: Khảo sát hài lòng, en: Satisfaction survey}
questionnaire: sipas-commune
territory: 91
period: {from: 2020-07-01, to: 2020-09-30}
sample:
  share: 0.3
  rule: total
  stratify_by: district
  min_per_stratum: 2
target: {rate: 0.8, operator: ge, basis: Kế hoạch 138}
"""


def read(text: str | bytes) -> object:
    return read_definition_file(text.encode() if isinstance(text, str) else text, name="dot.yaml")


def test_a_good_file_becomes_a_draft_with_everything_it_says(session: Session) -> None:
    survey = create_survey(session, read(FILE), actor=TESTER)
    assert (survey.state, survey.slug, survey.title_en) == ("draft", "kien-giang-2020", "Satisfaction survey")
    assert (survey.territory.code, survey.questionnaire.key) == ("91", "sipas-commune")
    assert (survey.starts_on, survey.ends_on) == (date(2020, 7, 1), date(2020, 9, 30))
    assert (survey.sample_share, survey.sample_rule, survey.stratify_by, survey.min_per_stratum) == (
        0.3, "total", "district", 2,
    )  # fmt: skip
    assert (survey.target_rate, survey.target_operator, survey.confidence_level) == (0.8, "ge", 0.95)
    assert not survey.simulated


def test_a_byte_order_mark_does_no_harm() -> None:
    assert read(b"\xef\xbb\xbf" + FILE.encode()) == read(FILE)


def changed(old: str, new: str) -> str:
    assert old in FILE
    return FILE.replace(old, new)


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        (changed("slug: kien-giang-2020", "slug: Kiên Giang"), 1, "slug"),
        (changed("slug: kien-giang-2020", "slug: -a"), 1, "slug"),
        (changed("slug: kien-giang-2020", "slug: ../etc"), 1, "slug"),
        (changed("slug: kien-giang-2020", "slug: moi"), 1, "slug"),
        (changed("slug: kien-giang-2020", f"slug: {'a' * 81}"), 1, "slug"),
        (changed(", en: Satisfaction survey", ""), 2, "title.en"),
        (changed("Satisfaction survey", '""'), 2, "title.en"),
        (changed("Satisfaction survey", '"a\\u202eb"'), 2, "title.en"),
        (changed("questionnaire: sipas-commune\n", ""), 1, "questionnaire"),
        (changed("2020-07-01, to: 2020-09-30", "2020-09-30, to: 2020-07-01"), 5, "period"),
        (changed("2020-09-30", "2020-02-30"), 5, "period.to"),
        (changed("share: 0.3", "share: 0"), 7, "share"),
        (changed("share: 0.3", "share: -0.1"), 7, "share"),
        (changed("share: 0.3", "share: 1.5"), 7, "share"),
        (changed("share: 0.3", "share: .nan"), 7, "share"),
        (changed("share: 0.3", "share: .inf"), 7, "share"),
        (changed("share: 0.3", "share: true"), 7, "share"),
        (changed("share: 0.3", "share: [0.3]"), 7, "share"),
        (changed("rule: total", "rule: most"), 8, "total, each_stratum"),
        (changed("stratify_by: district", "stratify_by: weather"), 9, "commune_type"),
        (changed("min_per_stratum: 2", "min_per_stratum: -1"), 10, "min_per_stratum"),
        (changed("min_per_stratum: 2", "min_per_stratum: 2\n  cases_per_commune: 0"), 11, "cases_per_commune"),
        (changed("min_per_stratum: 2", "min_per_stratum: 2\n  method: lottery"), 11, "srswor"),
        (changed("rate: 0.8", "rate: 1"), 11, "target.rate"),
        (changed("rate: 0.8", "rate: 80"), 11, "target.rate"),
        (changed("operator: ge", "operator: eq"), 11, "ge, gt"),
        (FILE + "confidence_level: 1.2\n", 12, "confidence_level"),
        (FILE + "password: x\n", 12, "password"),
        (FILE + "slug: other\n", 12, "slug"),
        (FILE + "again: &a [*a]\n", 12, ""),
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", 1, ""),
        (FILE + "danger: !!python/object/apply:os.system [id]\n", 12, ""),
        (FILE + "open: [1, 2\n", 13, ""),
        (FILE + "bell: \x07\n", 12, ""),
    ],
)  # fmt: skip
def test_each_fault_is_told_with_its_line_and_its_key(text: str, line: int, word: str) -> None:
    with pytest.raises(LinesRefused) as refused:
        read(text)
    assert any(found == line and word in reason for found, reason in refused.value.lines), refused.value.lines


@pytest.mark.parametrize("text", ["", "just words", "- a\n- list\n", "42", "---\na: 1\n---\nb: 2\n"])
def test_a_file_that_is_no_mapping_is_refused(text: str) -> None:
    with pytest.raises(UserError):
        read(text)


@pytest.mark.parametrize("data", [FILE.encode("utf-16"), b"a: \xff", b"x" * 200_000], ids=["utf-16", "bytes", "large"])
def test_a_file_that_is_no_text_or_far_too_long_is_refused(data: bytes) -> None:
    with pytest.raises(UserError):
        read(data)


def test_several_faults_are_told_together() -> None:
    with pytest.raises(LinesRefused) as refused:
        read(FILE.replace("0.3", "2").replace("rate: 0.8", "rate: 2").replace("slug: kien", "slug: Kien"))
    assert [line for line, _reason in refused.value.lines] == [1, 7, 11]


def test_a_code_with_a_leading_zero_is_not_read_as_a_number() -> None:
    assert read(changed("territory: 91", "territory: 01")).territory.code == "01"


def test_an_unknown_questionnaire_is_refused(session: Session) -> None:
    for name in ("no-such", "sipas-commune@1999"):
        with pytest.raises(NotFound, match=name):
            create_survey(session, definition(questionnaire=name), actor=TESTER)
    assert session.scalars(select(Survey)).all() == []


def test_a_territory_that_is_unknown_or_a_commune_is_refused(session: Session) -> None:
    unknown = {"code": "91", "code_system": "tctk-1999"}
    for territory in ("99", "30730", "91%", "9\x001", unknown):
        error = refusal(lambda place=territory: create_survey(session, definition(territory=place), actor=TESTER))
        assert error is not None, territory


def test_a_district_may_be_the_territory(session: Session) -> None:
    assert create_survey(session, definition(territory="899"), actor=TESTER).territory.level == "district"


def test_a_code_that_stands_in_two_code_systems_must_say_which(session: Session) -> None:
    later = TWO_LEVELS.replace("92,", "91,")
    import_units(session, io.BytesIO(later.encode()), actor=TESTER)
    with pytest.raises(UserError, match="tctk-2020"):
        create_survey(session, definition(), actor=TESTER)
    chosen = definition(territory={"code": "91", "code_system": "tctk-2020"})
    assert create_survey(session, chosen, actor=TESTER).territory.name == "Tỉnh Kiên Giang"


def test_a_slug_is_given_once(session: Session) -> None:
    create_survey(session, definition(), actor=TESTER)
    session.commit()
    with pytest.raises(Conflict, match="kien-giang-2020"):
        create_survey(session, definition(), actor=TESTER)


def test_a_province_without_districts_is_stratified_by_type_and_never_by_district(session: Session) -> None:
    found_village(session)
    sample = {"share": 0.5, "stratify_by": "district"}
    with pytest.raises(UserError, match="commune_type"):
        create_survey(session, village_definition(sample=sample), actor=TESTER)
    assert create_survey(session, village_definition(), actor=TESTER).stratify_by == "commune_type"
    assert create_survey(session, definition(sample={"share": 0.3}), actor=TESTER).stratify_by == "district"


@pytest.mark.parametrize(
    ("before", "after"),
    [("share: 0.3", "share: 30%"), ("rate: 0.8", "rate: 80%"), ("rate: 0.8", "rate: 80 %")],
)
def test_a_share_may_be_written_as_a_percentage(before: str, after: str) -> None:
    assert before in FILE
    plain, written = read(FILE), read(FILE.replace(before, after))
    assert (written.sample.share, written.target.rate) == (plain.sample.share, plain.target.rate)


@pytest.mark.parametrize(
    ("before", "after", "hint"), [("share: 0.3", "share: 30", "30%"), ("rate: 0.8", "rate: 80", "0.8")]
)
def test_a_bare_percentage_is_asked_about(before: str, after: str, hint: str) -> None:
    with pytest.raises(LinesRefused) as refused:
        read(FILE.replace(before, after))
    assert hint in refused.value.lines[0][1]
