"""Open answers: themes anyone can check, searching without marks, quotations only after somebody read them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey_app.audit.models import AuditEntry
from survey_app.collection.models import Response
from survey_app.database import db
from survey_app.errors import LinesRefused, UserError
from survey_app.results.estimates import estimate_survey
from survey_app.results.opinions import answers, figures
from survey_app.results.opinions.figures import OpenQuestion, describe_opinions, find_answer
from survey_app.results.opinions.matching import Terms, folded, mark_found, matches_search, prepare, spelled
from survey_app.results.opinions.models import ReviewedAnswer
from survey_app.results.opinions.review import look_for_people, quotations, review_answer
from survey_app.results.opinions.themes import change_themes, read_themes, shipped_themes, themes_of
from survey_app.surveys.models import Survey
from tests.conftest import token_in
from tests.village import VILLAGE, communes, make_village, refusal, respond
from tests.world import TESTER

Person = Callable[..., FlaskClient]
PAGE = f"/quan-ly/dot/{VILLAGE}/ket-qua/y-kien"
WRITTEN = [
    "Chờ lâu quá, xếp hàng cả buổi",
    "cho lau qua",
    "Cán bộ rất lịch sự",
    "Xin cho thêm ghế ngồi",
    "Thái độ tốt, hướng dẫn tận tình",
    "Thủ tục hoà giải còn rườm rà",
    "Chị Nguyễn Thị Hoa ở quầy 2 rất vui vẻ, gọi 0912 345 678",
    "Phí cao",
    "Không gì cả",
    "Đợi hai tiếng",
    "Hài lòng",
]


def make_answers(session: Session, texts: list[str] = WRITTEN, silent: int = 4) -> Survey:
    survey = make_village(session, sample={"share": 0.5, "stratify_by": "none"})
    places = communes(session, survey)
    for number, text in enumerate([*texts, *[None] * silent]):
        answers = {"q1": 3, "late": 2} | ({"words": text} if text else {})
        respond(session, survey, places[number % len(places)], answers=answers)
    session.commit()
    return survey


def the_question(session: Session, survey: Survey) -> OpenQuestion:
    (found,) = describe_opinions(session, survey)
    return found


def test_a_word_is_the_same_wherever_its_tone_stands() -> None:
    assert spelled("Hoà  giải, THUỶ") == spelled("hòa giải thủy")
    assert spelled("cho") != spelled("chờ")
    assert folded("Đợi chờ Ở Đây") == "doi cho o day"
    assert spelled("ho\u0300a") == spelled("hòa")  # decomposed as some telephones send it


def test_terms_are_whole_words_with_marks_where_people_write_them() -> None:
    terms = Terms(["chờ", "hòa giải", "phí"])
    assert terms.found_in("Chờ mãi") == ["chờ"]
    assert terms.found_in("Xin cho thêm ghế") == []  # cho is not chờ
    assert terms.found_in("cho mai") == ["chờ"]  # but may be, where nothing has marks
    assert terms.found_in("việc hoà giải") == ["hòa giải"]
    assert terms.found_in("chiphí") == []


def test_shipped_themes_have_terms_of_their_own() -> None:
    themes = shipped_themes()
    assert len(themes) >= 8
    assert all(theme.title["vi"] and theme.title["en"] and len(theme.terms) >= 4 for theme in themes)
    titles = " ".join(theme.title["vi"] for theme in themes)
    for word in ("Chờ đợi", "Thái độ", "phí", "Thông tin", "trang thiết bị"):
        assert word in titles


def test_answers_fall_into_themes_and_one_may_be_in_several(session: Session) -> None:
    found = the_question(session, make_answers(session))
    by_title = {figure.theme.title["vi"]: figure for figure in found.themes}
    assert (found.n, found.asked) == (11, 15)
    waiting = by_title["Chờ đợi, đi lại"]
    assert waiting.n == 3  # chờ … xếp hàng, cho lau qua, đợi
    assert dict(waiting.terms)["chờ"] == 2
    assert by_title["Tiền, phí, lệ phí"].n == 1
    assert by_title["Thái độ phục vụ"].n == 3
    assert by_title["Thông tin, hướng dẫn"].n == 1
    assert found.ungrouped == 1  # Không gì cả


def test_shares_are_of_those_who_wrote_with_their_interval(session: Session) -> None:
    survey = make_answers(session)
    waiting = the_question(session, survey).themes[0]
    # communes drawn with equal chances: every answer weighs alike
    assert waiting.share == pytest.approx(3 / 11)
    assert waiting.low is not None
    assert waiting.high is not None
    assert 0 < waiting.low < 3 / 11 < waiting.high < 1


def test_fewer_than_ten_answers_give_no_shares(session: Session) -> None:
    found = the_question(session, make_answers(session, WRITTEN[:9]))
    assert found.withheld
    assert all(figure.share is None and figure.n is None and figure.terms == [] for figure in found.themes)


def test_rejected_answers_are_not_read(session: Session) -> None:
    survey = make_answers(session)
    for one in session.scalars(select(Response)).all():
        if one.answers.get("words") == "Phí cao":
            one.status = "rejected"
    session.commit()
    found = the_question(session, survey)
    assert found.n == 10
    assert all("Phí cao" not in answer.text for answer in found.answers)


def test_searching_needs_no_marks_and_shows_where_words_stand() -> None:
    assert matches_search("Chờ đợi quá LÂU", "lau cho")
    assert not matches_search("Chờ đợi", "lâu")
    assert mark_found("Chờ đợi quá lâu", "doi") == [("Chờ ", False), ("đợi", True), (" quá lâu", False)]
    assert mark_found("Chờ", "") == [("Chờ", False)]


def test_an_office_gives_a_survey_its_own_themes_and_goes_back(session: Session) -> None:
    survey = make_answers(session)
    change_themes(session, survey, read_themes([("Ghế", "Chairs", "ghế, ghế ngồi"), ("", "", "")]), actor=TESTER)
    found = the_question(session, survey)
    assert [(one.theme.title["vi"], one.n, one.terms) for one in found.themes] == [
        ("Ghế", 1, [("ghế", 1), ("ghế ngồi", 1)])
    ]
    change_themes(session, survey, [], actor=TESTER)
    assert themes_of(session, survey) == list(shipped_themes())


@pytest.mark.parametrize(
    "line",
    [("", "", "chờ"), ("Chờ", "", ""), ("Chờ", "", "…"), ("C" * 101, "", "chờ"), ("Chờ", "", "c" * 61)],
)
def test_a_theme_that_cannot_be_used_is_refused(app: Flask, line: tuple[str, str, str]) -> None:
    with app.app_context():
        assert isinstance(refusal(lambda: read_themes([line])), LinesRefused)


def test_each_answer_is_prepared_once_for_all_themes(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    survey = make_answers(session)
    prepared: list[str] = []
    monkeypatch.setattr(answers, "prepare", lambda text: prepared.append(text) or prepare(text))
    the_question(session, survey)
    the_question(session, survey)
    assert sorted(prepared) == sorted(WRITTEN)


def test_one_answer_is_found_without_any_figure(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    survey = make_answers(session)
    wanted = the_question(session, survey).answers[3]
    monkeypatch.setattr(figures, "count_responses", None)
    found = find_answer(session, survey, wanted.mark)
    assert found is not None
    assert (found[0].key, found[1].text) == ("words", wanted.text)
    assert find_answer(session, survey, "0" * 20) is None


def test_two_at_once_wait_for_each_other(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    survey = make_answers(session)
    held: list[object] = []
    monkeypatch.setattr(session, "refresh", lambda one, with_for_update: held.append((one, with_for_update)))
    review(session, survey, "Phí cao", "Phí cao")
    change_themes(session, survey, read_themes([("Phí", "Fee", "phí")]), actor=TESTER)
    assert held == [(survey, {"of": Survey})] * 2


def test_contact_data_and_names_are_pointed_out() -> None:
    found = look_for_people(WRITTEN[6])
    assert found.contact == ["0912 345 678"]
    assert found.names == ["Nguyễn Thị Hoa"]
    assert look_for_people("Cán bộ xã rất tốt. Cảm ơn").names == []


def review(session: Session, survey: Survey, original: str, text: str, *, quotable: bool = True) -> ReviewedAnswer:
    answer = next(one for one in the_question(session, survey).answers if one.text == original)
    return review_answer(
        session, survey, item="words", mark=answer.mark, original=original, text=text, quotable=quotable, actor=TESTER
    )


def test_nothing_is_quoted_before_it_was_read(session: Session) -> None:
    survey = make_answers(session)
    assert quotations(session, survey) == []
    review(session, survey, WRITTEN[6], "Chị […] ở quầy 2 rất vui vẻ […]")
    review(session, survey, WRITTEN[7], "", quotable=False)
    assert [one.text for one in quotations(session, survey)] == ["Chị […] ở quầy 2 rất vui vẻ […]"]
    review(session, survey, WRITTEN[6], "", quotable=False)
    assert quotations(session, survey) == []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Chị […] vui vẻ, gọi 0912 345 678", "số điện thoại"),
        ("Chị […] rất khó chịu", "không thêm"),
        ("vui vẻ quầy", "không thêm"),
        ("[…]", "Không còn chữ"),
        ("", "Không còn chữ"),
    ],
)
def test_a_quotation_holds_only_words_of_the_answer_and_no_contact(session: Session, text: str, word: str) -> None:
    survey = make_answers(session)
    error = refusal(lambda: review(session, survey, WRITTEN[6], text))
    assert isinstance(error, UserError)
    assert word in error.message


def test_the_trail_tells_of_the_review_without_the_words(session: Session) -> None:
    survey = make_answers(session)
    review(session, survey, WRITTEN[7], "Phí cao")
    session.commit()
    (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.verb == "opinion.review")).all()
    assert "Phí" not in json.dumps(entry.detail, ensure_ascii=False)
    assert entry.detail["decision"] == "quotable"


def test_the_database_refuses_a_quotation_without_words(session: Session) -> None:
    survey = make_answers(session)
    kept = review(session, survey, WRITTEN[7], "Phí cao")
    kept.text = ""
    with pytest.raises(IntegrityError):
        session.flush()


def test_only_who_may_read_opinions_sees_their_words(app: Flask, sign_in: Person) -> None:
    with app.app_context():
        make_answers(db.session)
    analyst, leader, observer = (sign_in(role) for role in ("analyst", "approver", "observer"))
    assert WRITTEN[3] in analyst.get(PAGE).text
    page = leader.get(PAGE)
    assert page.status_code == 200
    assert "Chờ đợi, đi lại" in page.text
    assert all(text not in page.text for text in WRITTEN[:8])
    assert observer.get(PAGE).status_code == 403


def test_the_page_shows_nothing_of_who_answered(session: Session, sign_in: Person) -> None:
    make_answers(session)
    page = sign_in("survey_manager").get(PAGE).text
    for one in session.scalars(select(Response)):
        assert str(one.id) not in page


def test_reading_searching_and_quoting_on_the_pages(app: Flask, sign_in: Person) -> None:
    with app.app_context():
        survey = make_answers(db.session)
        mark = next(one.mark for one in the_question(db.session, survey).answers if one.text == WRITTEN[6])
    person = sign_in("survey_manager")
    found = person.get(f"{PAGE}?tim=vui+ve").text
    assert "<mark>vui</mark>" in found
    assert WRITTEN[3] not in found
    page = person.get(f"{PAGE}/{mark}").text
    assert "0912 345 678" in page
    assert "Nguyễn Thị Hoa" in page
    token = token_in(page)
    refused = person.post(f"{PAGE}/{mark}", data={"csrf_token": token, "text": WRITTEN[6], "go": "quote"})
    assert refused.status_code == 400
    assert "Câu trích còn số điện thoại" in refused.text
    done = person.post(f"{PAGE}/{mark}", data={"csrf_token": token, "text": "ở quầy 2 rất vui vẻ", "go": "quote"})
    assert done.status_code == 302
    leader = sign_in("approver").get(PAGE).text
    assert "„ở quầy 2 rất vui vẻ”" in leader
    assert "Nguyễn Thị Hoa" not in leader


def test_an_analyst_reads_but_does_not_decide(session: Session, sign_in: Person) -> None:
    survey = make_answers(session)
    mark = the_question(session, survey).answers[0].mark
    session.commit()
    analyst = sign_in("analyst")
    assert analyst.get(f"{PAGE}/{mark}").status_code == 403
    assert analyst.get(f"/quan-ly/dot/{VILLAGE}/ket-qua/chu-de").status_code == 403


def test_themes_are_changed_on_their_page(session: Session, sign_in: Person) -> None:
    survey = make_answers(session)
    person = sign_in("survey_manager")
    address = f"/quan-ly/dot/{VILLAGE}/ket-qua/chu-de"
    token = token_in(person.get(address).text)
    data = {"csrf_token": token, "go": "save", "title-0": "Ghế", "title-en-0": "Chairs", "terms-0": "ghế"}
    wrong = person.post(address, data=data | {"terms-0": ""})
    assert wrong.status_code == 400
    assert 'value="Ghế"' in wrong.text
    assert person.post(address, data=data).status_code == 302
    session.expire_all()
    assert [theme.terms for theme in themes_of(session, survey)] == [("ghế",)]


def test_commands_do_what_the_pages_do(app: Flask, session: Session, sign_in: Person, tmp_path: Path) -> None:
    survey = make_answers(session)
    observer = sign_in("observer")
    run = app.test_cli_runner().invoke
    shown = json.loads(run(args=["results", "opinions", "show", VILLAGE]).output)
    assert shown[0]["n"] == 11
    line = run(args=["results", "opinions", "search", VILLAGE, "ghe ngoi"]).output
    assert line.endswith("Xin cho thêm ghế ngồi\n")
    assert run(args=["results", "opinions", "search", VILLAGE, "ghe", "--by", observer.email]).exit_code == 1
    mark = line.split("\t")[0]
    assert run(args=["results", "opinions", "review", VILLAGE, mark, "--text", "thêm ghế ngồi"]).exit_code == 0
    assert run(args=["results", "opinions", "quotations", VILLAGE]).output == "words\tthêm ghế ngồi\n"
    path = tmp_path / "chu-de.yaml"
    path.write_text("- title: {vi: Ghế, en: Chairs}\n  terms: [ghế, bàn]\n")
    assert run(args=["results", "opinions", "themes", VILLAGE, str(path)]).output == f"{VILLAGE}: 1 themes.\n"
    session.expire_all()
    assert [theme.title["vi"] for theme in themes_of(session, survey)] == ["Ghế"]


def test_the_experience_questions_stand_on_the_page(session: Session, sign_in: Person) -> None:
    survey = make_answers(session)
    assert estimate_survey(session, survey).responses == 15
    session.commit()
    page = sign_in("analyst").get(PAGE).text
    assert "Trễ hẹn không" in page
