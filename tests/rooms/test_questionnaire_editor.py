"""The form in which a draft is written: it changes the text where it was asked to and nowhere else."""

from __future__ import annotations

import re

import pytest

from survey_app.instruments.draft_edits import open_draft
from survey_app.instruments.draft_parts import DraftPage
from survey_app.instruments.drafts import check_draft
from survey_app.instruments.loader import load_questionnaire
from survey_app.instruments.written import source_of
from survey_app.settings import ROOT
from tests.rooms.office_questionnaires import (
    EDIT,
    LIST,
    SHIPPED,
    SMALL,
    WRITE,
    SignIn,
    change,
    post,
    text_in,
)


def test_the_form_changes_a_text_and_leaves_every_other_line_alone() -> None:
    source = (ROOT / "questionnaires" / "health-outpatient.yaml").read_text(encoding="utf-8")
    done = change({"text": source, "do": "check", "v:sections/0/items/0/text/vi": "Câu hỏi mới"})
    before, after = source.splitlines(), done.text.splitlines()
    assert "Câu hỏi mới" in done.text
    changed = [line for line in after if line not in before]
    assert len(changed) == 1
    assert check_draft(done.text).instrument.sections[0].items[0].text.vi == "Câu hỏi mới"


def test_a_long_text_is_folded_and_reads_the_same() -> None:
    words = " ".join(f"từ{number}" for number in range(60))
    done = change({"text": SMALL, "v:intro/vi": words, "v:intro/en": "Short: [a, b] # no comment"})
    instrument = check_draft(done.text).instrument
    assert instrument.intro.vi == words
    assert instrument.intro.en == "Short: [a, b] # no comment"
    assert max(map(len, done.text.splitlines())) < 160
    emptied = change({"text": done.text, "v:intro/vi": "", "v:intro/en": ""})
    assert check_draft(emptied.text).instrument.intro is None


@pytest.mark.parametrize(
    "words",
    [
        "true",
        "2020-01-01",
        "01",
        "12",
        "1e5",
        "~",
        "- a",
        "a: b",
        "{agency}",
        "*a",
        "&a",
        "!x",
        "'",
        '"',
        "#",
        "@",
        "%",
        "| x",
        "a\nb",
        "  ",
        "—",
    ],
)
def test_whatever_is_typed_is_text(words: str) -> None:
    done = change({"text": SMALL, "v:sections/0/items/2/text/vi": words})
    draft = check_draft(done.text)
    if not words.strip():
        assert [problem.code for problem in draft.problems] == ["Q024"]
        return
    assert draft.instrument is not None, draft.problems
    assert draft.instrument.item("one_of").text.vi == words


def test_questions_sections_and_options_are_moved_added_and_taken_out() -> None:
    def do(text: str, what: str, **more: str) -> str:
        done = change({"text": text, "do": what, **more})
        assert done.found, what
        return done.text

    def keys(text: str) -> list[str]:
        return [item.key for item in check_draft(text).instrument.questions()]

    text = do(SMALL, "down:sections/0/items/0")
    assert keys(text)[:2] == ["optional_rating", "rating"]
    assert keys(do(text, "up:sections/0/items/1")) == keys(SMALL)
    assert keys(do(SMALL, "up:sections/0/items/0")) == keys(SMALL)
    assert "hours" not in keys(do(SMALL, "remove:sections/0/items/5"))
    added = change({"text": SMALL, "do": "add-item:sections/0", "kind": "single"})
    assert added.opened == "sections/0/items/9"
    assert {problem.code for problem in check_draft(added.text).problems} == {"Q024"}
    filled = {
        f"v:{added.opened}/{place}/{language}": "Chữ"
        for place in ("text", "options/0/label", "options/1/label")
        for language in ("vi", "en")
    }
    text = do(added.text, f"add-option:{added.opened}/options", **filled)
    text = do(text, f"remove:{added.opened}/options/2")
    assert keys(text)[-1] == "kinds_1"
    assert [option.value for option in check_draft(text).instrument.item("kinds_1").options] == [1, 2]
    removed = change({"text": text, "do": "remove:sections/0/items/9", "open": "sections/0"})
    assert change({"text": removed.text, "before": removed.undo, "do": "undo"}).text == text


def test_a_target_is_set_in_percent() -> None:
    source = (ROOT / "questionnaires" / "sipas-commune.yaml").read_text(encoding="utf-8")
    count = len(load_questionnaire(source).targets)
    text = change({"text": source, "do": "add-target"}).text
    place = f"v:targets/{count}"
    done = change({"text": text, f"{place}/rate": "82,5%", f"{place}/operator": "gt", f"{place}/basis": "Kế hoạch"})
    target = check_draft(done.text).instrument.targets[-1]
    assert (target.rate, target.operator, target.basis) == (0.825, "gt", "Kế hoạch")
    wrong = change({"text": done.text, f"{place}/rate": "tám mươi"})
    assert "tám mươi" in wrong.text
    assert check_draft(wrong.text).problems


GONE = (
    "up:sections/9", "remove:sections", "remove:x/y", "add-item:sections/zz", "add-option:", "open:sections/99",
    "down:sections/0/key", "add-option:sections/0", "add-option:title",
)  # fmt: skip


@pytest.mark.parametrize("do", GONE)
def test_a_part_that_is_gone_is_no_error(sign_in: SignIn, do: str) -> None:
    manager = sign_in("survey_manager")
    page = post(
        manager, EDIT, do=do, text=SMALL, open="sections/0/items/77", **{"v:sections/5/title/vi": "x", "v:": "y"}
    )
    assert page.status_code == 200
    assert load_questionnaire(text_in(page.text)).content_hash == load_questionnaire(SMALL).content_hash


def test_hidden_characters_typed_into_the_form_come_back_in_the_text(sign_in: SignIn) -> None:
    manager = sign_in("survey_manager")
    page = post(manager, EDIT, do="check", text=SMALL, **{"v:title/vi": "Phiếu \x07 \u202e nhỏ"})
    assert page.status_code == 400
    assert "Q011" in page.text


def test_taking_out_a_question_that_others_look_at_is_told_by_their_names() -> None:
    source = source_of(SHIPPED)
    data = open_draft(source)
    at = next(
        (number, place)
        for number, section in enumerate(data["sections"])
        for place, item in enumerate(section["items"])
        if item["key"] == "n5"
    )
    done = change({"text": source, "do": f"remove:sections/{at[0]}/items/{at[1]}", "open": f"sections/{at[0]}"})
    draft = check_draft(done.text)
    page = DraftPage(open_draft(done.text), draft.problems, "vi")
    told = [page.told(problem) for problem in draft.problems]
    assert [words.split(":")[0] for words in told] == ["câu n6", "câu n7"]
    opened = page.open(page.part_of(draft.problems[0]))
    assert opened.condition_problems == (told[0],)
    text = done.text
    for problem in draft.problems:
        text = change({"text": text, "do": f"always:{page.part_of(problem)}"}).text
    assert check_draft(text).instrument is not None
    assert change({"text": done.text, "before": done.undo, "do": "undo"}).text == source


def test_taking_out_a_section_that_an_index_counts_is_mended_in_the_form() -> None:
    source = source_of(SHIPPED)
    key = SHIPPED.indices[0].of[0]
    place = [section.key for section in SHIPPED.sections].index(key)
    done = change({"text": source, "do": f"remove:sections/{place}"})
    draft = check_draft(done.text)
    assert {problem.code for problem in draft.problems} == {"Q080"}
    page = DraftPage(open_draft(done.text), draft.problems, "vi")
    assert {page.part_of(problem) for problem in draft.problems} == {"indices"}
    members = next(one for one in page.open("indices").fields if one.kind == "members" and one.problems)
    text = change({"text": done.text, "do": f"remove:{members.name}/{members.values.index(key)}"}).text
    assert key not in check_draft(text).instrument.indices[0].of


def test_each_step_can_be_undone_and_done_again() -> None:
    typed = change({"text": SMALL, "do": "check", "v:title/vi": "Tên mới"})
    assert (typed.done, typed.undo) == ("typed", SMALL)
    moved = change({"text": typed.text, "before": typed.undo, "do": "down:sections/0/items/0", "open": "sections/0"})
    assert (moved.done, moved.undo) == ("down", typed.text)
    looked = change({"text": moved.text, "before": moved.undo, "do": "open:head"})
    assert (looked.text, looked.undo, looked.done) == (moved.text, typed.text, "")
    back = change({"text": looked.text, "before": looked.undo, "do": "undo"})
    assert back.text == typed.text
    again = change({"text": back.text, "before": back.undo, "do": "undo", "v:title/vi": "Vừa gõ thêm"})
    assert again.text == moved.text
    assert "Vừa gõ thêm" in again.undo


def test_undoing_a_move_keeps_what_was_typed_before_the_button() -> None:
    moved = change({"text": SMALL, "do": "down:sections/0/items/0", "v:title/vi": "Tên mới"})
    typed = change({"text": SMALL, "do": "check", "v:title/vi": "Tên mới"})
    assert (moved.done, moved.undo) == ("down", typed.text)
    assert "Tên mới" in moved.undo


def test_the_page_goes_on_where_its_author_was(sign_in: SignIn) -> None:
    manager = sign_in("survey_manager")

    def focused(do: str, **more: str) -> str:
        page = post(manager, EDIT, do=do, text=SMALL, **{"open": "sections/0", **more}).text
        found = re.findall(r"<(?:button|textarea|select|input)[^>]*autofocus[^>]*>", page)
        assert len(found) == 1, (do, found)
        return re.search(r'(?:name="do" value|name)="([^"]*)"', found[0])[1]

    assert focused("down:sections/0/items/0") == "down:sections/0/items/1"
    assert focused("up:sections/0/items/2") == "up:sections/0/items/1"
    assert focused("up:sections/0/items/1") == "down:sections/0/items/0"  # at the top one goes no further up
    assert focused("add-item:sections/0", kind="text") == "v:sections/0/items/9/text/vi"
    assert focused("add-section") == "v:sections/1/title/vi"
    assert focused("add-option:sections/0/items/2/options", open="sections/0/items/2").endswith("/options/2/label/vi")


def test_official_words_and_their_source_are_set_in_the_form() -> None:
    place = "v:sections/0/items/2"
    done = change({"text": SMALL, f"{place}/wording": "official", f"{place}/source": "Thông tư 1"})
    item = check_draft(done.text).instrument.item("one_of")
    assert (item.wording, item.source) == ("official", "Thông tư 1")
    assert change({"text": done.text, f"{place}/wording": "", f"{place}/source": ""}).text == SMALL


def test_a_draft_whose_address_is_opened_again_leads_to_the_upload(sign_in: SignIn) -> None:
    manager = sign_in("survey_manager")
    for address in (WRITE, EDIT):
        assert manager.get(address).headers["Location"].endswith(f"{LIST}/moi")
