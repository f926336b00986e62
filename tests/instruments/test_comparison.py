"""Two versions of a questionnaire: what changed, and which items and indices stay comparable."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from survey_app.instruments.comparability import BREAKING
from survey_app.instruments.comparison import Comparison, compare_instruments
from survey_app.instruments.comparison_report import comparison_lines, comparison_to_json
from survey_app.instruments.comparison_words import CHANGES, REASONS
from survey_app.instruments.loader import load_file, load_questionnaire

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "tests" / "questionnaires" / "comparison.yaml").read_text(encoding="utf-8")
SHIPPED = sorted((ROOT / "questionnaires").glob("*.yaml"))
POINT = "      - {value: 2, label: {vi: Vừa, en: Fair}}\n"
BEST = "      - {value: 3, label: {vi: Tốt, en: Good}}\n"
OPTION = "          - {value: 2, label: {vi: Qua mạng, en: Online}}\n"
LAST = "          - {value: 3, label: {vi: Cách khác, en: Another}}\n"


def compared(*changes: tuple[str, str]) -> Comparison:
    changed = TEXT
    for old, new in changes:
        assert changed.count(old) == 1, old
        changed = changed.replace(old, new)
    return compare_instruments(load_questionnaire(TEXT), load_questionnaire(changed))


def verdicts(comparison: Comparison) -> dict[str, tuple[str, tuple[str, ...]]]:
    """The verdicts on items that are not simply comparable."""
    return {one.key: (one.level, one.reasons) for one in comparison.items if one.level != "comparable"}


@pytest.mark.parametrize(
    ("old", "new", "change", "item", "level", "reason"),
    [
        ("vi: Câu chấm điểm,", "vi: Câu chấm,", "item.text", "rated", "with_care", "wording"),
        ("en: Rated}", "en: Scored}", "item.text", "rated", "with_care", "wording"),
        ('criterion: "I.1"', 'criterion: "1"', "item.setting", "rated", "comparable", ""),
        (
            "key: rated, scale: s",
            "key: rated, scale: s, required: false",
            "item.setting",
            "rated",
            "with_care",
            "required",
        ),
        (
            "key: rated, scale: s",
            "key: rated, scale: s, direction: negative",
            "item.setting",
            "rated",
            "not_comparable",
            "direction",
        ),
        (POINT, "", "scale.choice_removed", "rated", "not_comparable", "answers"),
        (POINT + BEST, BEST + POINT, "scale.choice_order", "rated", "with_care", "order"),
        ("vi: Vừa", "vi: Tàm tạm", "scale.choice.text", "rated", "with_care", "labels"),
        ("satisfied: [3]", "satisfied: [2, 3]", "scale.setting", "rated", "not_comparable", "favourable"),
        ("satisfied: [3]", "satisfied: [3]\n    display: grid", "scale.setting", "rated", "with_care", "display"),
        (
            "    no_opinion: {value: 9,",
            "    missing:\n    - {kind: refused, value: 9,",
            "scale.missing",
            "rated",
            "with_care",
            "required",
        ),
        (OPTION, "", "item.choice_removed", "way", "not_comparable", "answers"),
        (LAST, LAST + LAST.replace("3", "4"), "item.choice_added", "way", "not_comparable", "answers"),
        ("vi: Qua mạng", "vi: Trên mạng", "item.choice.text", "way", "with_care", "labels"),
        (OPTION + LAST, LAST + OPTION, "item.choice_order", "way", "with_care", "order"),
        ("en: Another}}", "en: Another}, other: true}", "item.setting", "way", "with_care", "roles"),
        ("en: Another}}", "en: Another}, missing: refused}", "item.missing", "way", "not_comparable", "base"),
        ("{vi: ngày, en: days}", "{vi: giờ, en: hours}", "item.text", "days", "not_comparable", "unit"),
        ("max: 99", "max: 30", "item.setting", "days", "with_care", "limits"),
        ("max: 99,", "max: 99, step: 0.5,", "item.setting", "days", "with_care", "limits"),
        (
            "max: 99,",
            "max: 99, missing: [{value: dk, kind: dont_know, label: {vi: a, en: b}}],",
            "item.choice_added",
            "days",
            "with_care",
            "missing_words",
        ),
        ("in: [1]", "in: [1, 2]", "item.condition", "days", "not_comparable", "condition"),
        ("choose: 2", "choose: 1", "item.setting", "order", "not_comparable", "places"),
        ("key: words, type: text", "key: words, type: date", "item.setting", "words", "not_comparable", "type"),
        (
            "key: words, type: text",
            "key: words, type: text, wording: official",
            "item.setting",
            "words",
            "comparable",
            "",
        ),
    ],
)
def test_each_change_is_told_and_judged(old: str, new: str, change: str, item: str, level: str, reason: str) -> None:
    comparison = compared((old, new))

    assert change in {one.kind for one in comparison.changes}
    [verdict] = [one for one in comparison.items if one.key == item]
    assert verdict.level == level
    assert verdict.reasons == ((reason,) if reason else ())


def test_a_point_that_is_no_answer_any_more_changes_what_shares_are_of() -> None:
    missing = "    missing:\n    - {kind: refused, value: 2, label: {vi: Vừa, en: Fair}}\n"

    comparison = compared((POINT, ""), ("    no_opinion:", f"{missing}    no_opinion:"))

    level, reasons = verdicts(comparison)["rated"]
    assert (level, reasons) == ("not_comparable", ("base", "order"))


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ("minutes: 2", "minutes: 3", "head.setting"),
        ("vi: Phiếu,", "vi: Mẫu,", "head.text"),
        ("Kế hoạch 1", "Kế hoạch 2", "basis.added"),
        ("vi: Phần hai", "vi: Phần thứ hai", "section.text"),
        ("    factor: true\n", "", "section.setting"),
        ("vi: Chung", "vi: Tổng", "index.text"),
        ("satisfied_share", "all_satisfied", "index.setting"),
        ("rate: 0.8", "rate: 0.9", "target.added"),
        ("rate: 0.8", "rate: 0.8, operator: gt", "target.removed"),
    ],
)
def test_what_is_not_an_item_is_told_and_leaves_the_items_comparable(old: str, new: str, change: str) -> None:
    comparison = compared((old, new))

    assert change in {one.kind for one in comparison.changes}
    assert verdicts(comparison) == {}


def test_the_same_content_under_another_version_number_is_no_change() -> None:
    assert compared(('version: "1"', 'version: "2"')).changes == ()


def test_an_item_asked_after_one_that_broke_is_broken_too() -> None:
    found = verdicts(compared((OPTION, "")))

    assert found["way"] == ("not_comparable", ("answers",))
    assert found["days"] == ("not_comparable", ("asked_after",))


def test_an_item_under_a_new_key_is_recognised_by_its_words() -> None:
    comparison = compared(("key: words", "key: opinion"))

    assert [(one.kind, one.key, one.after) for one in comparison.changes if one.kind == "item.renamed"] == [
        ("item.renamed", "words", "opinion")
    ]
    assert not {"words", "opinion"} & {one.key for one in comparison.items}


def test_only_the_item_that_moved_is_told_to_have_moved() -> None:
    line = "      - {key: words, type: text, text: {vi: Ý kiến, en: Words}}\n"
    moved_up = compared((line, ""), ("      - key: way\n", line + "      - key: way\n"))
    moved_away = compared((line, ""), ("      - {key: rated_too", line + "      - {key: rated_too"))

    assert [(one.kind, one.key, one.before, one.after) for one in moved_up.changes] == [
        ("item.moved", "words", None, "second")
    ]
    assert [(one.kind, one.key, one.before, one.after) for one in moved_away.changes] == [
        ("item.section", "words", "second", "first")
    ]
    assert verdicts(moved_away) == {}


@pytest.mark.parametrize(
    ("old", "new", "level", "reasons"),
    [
        ("minutes: 2", "minutes: 3", "comparable", ()),
        ("vi: Câu chấm điểm,", "vi: Câu chấm,", "with_care", ("changed_member",)),
        (POINT, "", "not_comparable", ("broken_member",)),
        (
            "      - {key: rated_too, scale: s, text: {vi: Câu chấm điểm nữa, en: Rated too}}\n",
            "",
            "not_comparable",
            ("members",),
        ),
        ("kind: satisfied_share", "kind: satisfied_share, pool: items", "not_comparable", ("index_kind",)),
    ],
)
def test_an_index_is_as_comparable_as_its_rule_and_its_items(
    old: str, new: str, level: str, reasons: tuple[str, ...]
) -> None:
    [index] = compared((old, new)).indices

    assert (index.key, index.level, index.reasons) == ("overall", level, reasons)


def test_the_report_says_what_was_and_what_is() -> None:
    lines = list(comparison_lines(compared(("vi: Vừa", "vi: Tàm tạm"), ("max: 99", "max: 30"))))

    assert lines == [
        "comparison@1 → comparison@1",
        "",
        "Đã đổi: 2 điều",
        "  Thang đo s: câu chữ của mức 2 (vi) đổi từ „Vừa” thành „Tàm tạm”.",
        "  Câu days: «max» đổi từ 99 thành 30.",
        "",
        "Câu hỏi qua thời gian",
        "  so sánh được (3): way, order, words",
        "  so sánh được, cần thận trọng (3):",
        "    rated, rated_too: tên các mức hoặc ý đã đổi",
        "    days: giới hạn hoặc bước của câu trả lời đã đổi",
        "",
        "Chỉ số qua thời gian",
        "  so sánh được, cần thận trọng (1):",
        "    overall: có câu cần thận trọng khi so sánh",
    ]


def test_shipped_questionnaires_compared_with_each_other_give_words_and_json() -> None:
    shipped = [load_file(path) for path in SHIPPED]
    for before, after in zip(shipped, [*shipped[1:], shipped[0]], strict=True):
        comparison = compare_instruments(before, after)
        assert compare_instruments(before, before).changes == ()
        assert "%(" not in "\n".join(comparison_lines(comparison))
        assert json.loads(json.dumps(comparison_to_json(comparison)))["after"]["key"] == after.key


def test_every_reason_that_breaks_a_series_has_its_words() -> None:
    assert REASONS.keys() >= BREAKING
    unnamed = ("head", "target", "index.first")
    assert all("%(key)s" in str(words) for kind, words in CHANGES.items() if not kind.startswith(unnamed))
