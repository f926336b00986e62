"""Pages of opinions: experience, open answers by theme, searching, reading for quotation, the themes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey_app.accounts.guards import acting, requires
from survey_app.accounts.roles import REVIEW_OPINIONS, VIEW_OPINIONS, VIEW_RESULTS
from survey_app.database import db
from survey_app.errors import LinesRefused, NotFound, UserError
from survey_app.results.choices import describe_choices
from survey_app.results.estimates import estimate_survey
from survey_app.results.opinions.answers import OpenAnswer
from survey_app.results.opinions.figures import OpenQuestion, describe_opinions, find_answer
from survey_app.results.opinions.matching import mark_found, matches_search
from survey_app.results.opinions.review import CUT, look_for_people, quotations, review_answer, reviewed_answers
from survey_app.results.opinions.themes import MAXIMUM_THEMES, change_themes, has_own_themes, read_themes, themes_of
from survey_app.results.opinions.words import answer_words, question_words
from survey_app.surveys.access import frame, may_on, open_survey
from survey_app.surveys.forms import ActionForm
from survey_app.surveys.models import Survey

blueprint = Blueprint("opinions", __name__)
PAGE_SIZE = 50
NO_THEME = "khong"


@blueprint.get("/quan-ly/dot/<slug>/ket-qua/y-kien")
@requires(VIEW_RESULTS)
def opinions(slug: str) -> ResponseReturnValue:
    """Experience and open answers; ``?cau=`` a question, ``?chu-de=`` a theme, ``?tim=`` words, ``?trang=`` a page."""
    survey = open_survey(slug, VIEW_RESULTS)
    figures = estimate_survey(db.session, survey)
    questions = describe_opinions(db.session, survey)
    reads = may_on(VIEW_OPINIONS, survey)
    page: dict[str, Any] = {
        "questions": questions,
        "finding": {one.key: question_words(one) for one in questions},
        "answer": answer_words(questions, figures.responses),
        "choices": describe_choices(db.session, survey) if figures.responses else [],
        "probability": figures.probability,
        "quotations": quotations(db.session, survey),
        "reads": reads,
        "may_review": may_on(REVIEW_OPINIONS, survey),
        "own_themes": has_own_themes(db.session, survey),
        "no_theme": NO_THEME,
        "reading": _reading(survey, questions) if reads and questions else None,
    }
    return render_template("office/opinions.html", **page, **frame(survey, "results"))


def _reading(survey: Survey, questions: list[OpenQuestion]) -> dict[str, Any]:
    """The answers asked for, a page of them, for those who may read them."""
    key, theme, words = (request.args.get(name, "") for name in ("cau", "chu-de", "tim"))
    question = next((one for one in questions if one.key == key), questions[0])
    words = words[:100]
    found = [
        one
        for one in question.answers
        if _in_theme(question, one, theme) and (not words.strip() or matches_search(one.text, words))
    ]
    pages = max(-(-len(found) // PAGE_SIZE), 1)
    asked = request.args.get("trang", "1")
    number = min(max(int(asked), 1), pages) if asked.isdecimal() and len(asked) < 7 else 1
    reviewed = reviewed_answers(db.session, survey)
    return {
        "question": question,
        "theme": theme,
        "words": words,
        "found": len(found),
        "page": number,
        "pages": pages,
        "answers": [
            (one, mark_found(one.text, words), reviewed.get(one.mark))
            for one in found[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
        ],
    }


def _in_theme(question: OpenQuestion, answer: OpenAnswer, theme: str) -> bool:
    held = question.themes_of_answer[answer.mark]
    if theme == NO_THEME:
        return not held
    return not theme.isdecimal() or int(theme) in held


@blueprint.route("/quan-ly/dot/<slug>/ket-qua/y-kien/<mark>", methods=["GET", "POST"])
@requires(REVIEW_OPINIONS)
def review(slug: str, mark: str) -> ResponseReturnValue:
    """Read one answer, cut out what tells of a person, and let it be quoted or not."""
    survey = open_survey(slug, REVIEW_OPINIONS)
    found = find_answer(db.session, survey, mark)
    if found is None:
        raise NotFound(_("Không có ý kiến này. Có thể phiếu đã bị loại."))
    question, answer = found
    before = reviewed_answers(db.session, survey).get(mark)
    text = request.form.get("text", before.text if before and before.text else answer.text)
    problem = ""
    if request.method == "POST":
        if not ActionForm().validate_on_submit():
            problem = _("Trang đã mở quá lâu. Những gì đã nhập vẫn còn; xin bấm nút lần nữa.")
        else:
            try:
                review_answer(
                    db.session,
                    survey,
                    item=question.key,
                    mark=mark,
                    original=answer.text,
                    text=text,
                    quotable=request.form.get("go") == "quote",
                    actor=acting(),
                )
                db.session.commit()
                flash(_("Đã ghi quyết định về ý kiến."), "ok")
                return redirect(url_for("opinions.opinions", slug=slug, cau=question.key) + "#doc")
            except UserError as error:
                db.session.rollback()
                survey, problem = open_survey(slug, REVIEW_OPINIONS), error.message
    return render_template(
        "office/opinion_review.html",
        question=question,
        original=answer.text,
        text=text,
        mark=mark,
        before=before,
        problem=problem,
        warnings=look_for_people(text),
        cut=CUT,
        form=ActionForm(),
        **frame(survey, "results"),
    ), 400 if problem else 200


@blueprint.route("/quan-ly/dot/<slug>/ket-qua/chu-de", methods=["GET", "POST"])
@requires(REVIEW_OPINIONS)
def themes(slug: str) -> ResponseReturnValue:
    """The lists of terms of a survey, to be changed."""
    survey = open_survey(slug, REVIEW_OPINIONS)
    shown = [(one.title["vi"], one.title["en"], ", ".join(one.terms)) for one in themes_of(db.session, survey)]
    problem, lines = "", []
    if request.method == "POST":
        shown = _typed()
        if not ActionForm().validate_on_submit():
            problem = _("Trang đã mở quá lâu. Những gì đã nhập vẫn còn; xin bấm nút lần nữa.")
        else:
            try:
                chosen = [] if request.form.get("go") == "shipped" else read_themes(shown)
                change_themes(db.session, survey, chosen, actor=acting())
                db.session.commit()
                flash(_("Đã lưu các chủ đề.") if chosen else _("Đã dùng lại các chủ đề có sẵn."), "ok")
                return redirect(url_for("opinions.opinions", slug=slug))
            except LinesRefused as error:
                db.session.rollback()
                survey, problem, lines = open_survey(slug, REVIEW_OPINIONS), error.message, error.lines
    return render_template(
        "office/opinion_themes.html",
        rows=[*shown, *[("", "", "")] * min(3, MAXIMUM_THEMES - len(shown))],
        own=has_own_themes(db.session, survey),
        problem=problem,
        lines=lines,
        form=ActionForm(),
        **frame(survey, "results"),
    ), 400 if problem else 200


def _typed() -> list[tuple[str, str, str]]:
    rows = []
    for number in range(MAXIMUM_THEMES + 3):
        if f"title-{number}" not in request.form:
            break
        rows.append(
            (
                request.form.get(f"title-{number}", ""),
                request.form.get(f"title-en-{number}", ""),
                request.form.get(f"terms-{number}", ""),
            )
        )
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    return rows
