"""Two waves side by side: differences with their intervals, what is comparable, two maps bridged."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from scipy.stats import t as student
from sqlalchemy.orm import Session

from survey_app.geography.service import import_units
from survey_app.geography.successors import import_successors
from survey_app.results.change.compare import Comparison, compare_surveys, compare_with_table
from survey_app.results.change.figures import Change
from survey_app.results.change.words import change_words
from survey_app.results.counts.definition import read_counts
from survey_app.results.counts.service import enter_counts
from survey_app.results.estimates import estimate_survey
from survey_app.surveys.models import Survey
from tests.village import VILLAGE, communes, make_village, respond
from tests.world import TESTER, answer, full_answers, make_survey

Person = Callable[..., FlaskClient]
LATER = "lang-2027"
SAMPLE = {"share": 0.5, "stratify_by": "none"}  # 12 communes, 6 drawn
BEFORE = [(4, 3), (5, 2), (3, 4), (6, 1), (4, 3), (5, 2)]
AFTER = [(9, 1), (9, 1), (8, 2), (10, 0), (8, 2), (10, 0)]
LAW = "Nghị quyết 1654/NQ-UBTVQH15"


def make_wave(session: Session, counts: list[tuple[int, int]], **changes: Any) -> Survey:
    """A village survey whose communes gave (good, bad) answers to q1."""
    survey = make_village(session, **({"sample": SAMPLE} | changes))
    for commune, (good, bad) in zip(communes(session, survey), counts, strict=True):
        for number in range(good + bad):
            respond(session, survey, commune, answers={"q1": 3 if number < good else 1, "late": 2})
    session.commit()
    return survey


def two_waves(session: Session, after: list[tuple[int, int]] = AFTER, **changes: Any) -> tuple[Survey, Survey]:
    later = {"slug": LATER, "period": {"from": date(2027, 1, 1), "to": date(2027, 12, 31)}}
    return make_wave(session, BEFORE), make_wave(session, after, **(later | changes))


def change_of(comparison: Comparison, of: str) -> Change:
    (found,) = [one for one in comparison.changes if one.later.of == of]
    return found


def test_the_same_communes_in_both_waves_narrow_the_interval(session: Session) -> None:
    earlier, later = two_waves(session)
    assert communes(session, earlier) == communes(session, later)
    found = compare_surveys(session, earlier, later)
    change = change_of(found, "q1")
    # Covariance by hand: every answer of a commune weighs alike, so z = m(p - P)/M, and the six communes of twelve
    # give 6·(1 - 6/12)·Σ(z - z̄)(z' - z̄')/5.
    zs = []
    for counts in (BEFORE, AFTER):
        good, people = sum(one for one, _bad in counts), sum(map(sum, counts))
        zs.append([(one - good / people * (one + bad)) / people for one, bad in counts])
    covariance = 6 * (1 - 6 / 12) / 5 * sum(one * two for one, two in zip(*zs, strict=True))
    assert change.covariance == pytest.approx(covariance, rel=1e-9)
    assert found.overlap is not None
    assert (found.overlap.shared, found.overlap.before, found.overlap.after) == (6, 6, 6)
    assert change.difference == pytest.approx(54 / 60 - 27 / 42)
    one, two = change.earlier, change.later
    assert one.se is not None
    assert two.se is not None
    assert change.low is not None
    assert change.high is not None
    # communes agree more than people drawn directly would, and no interval claims more than its number of answers
    variances = [max(row.se**2, p * (1 - p) / n) for row, p, n in ((one, 27 / 42, 42), (two, 54 / 60, 60))]
    half = student.ppf(0.975, 5) * math.sqrt(sum(variances) - 2 * covariance)
    assert (change.low, change.high) == (
        pytest.approx(change.difference - half),
        pytest.approx(change.difference + half),
    )
    assert change.low > change.difference - student.ppf(0.975, 5) * math.sqrt(sum(variances))
    assert change.proven
    assert change_words(change).startswith("tăng 25,7 điểm (")


def test_other_communes_are_independent_samples(session: Session) -> None:
    earlier, later = two_waves(session, seed="11")
    shared = set(communes(session, earlier)) & set(communes(session, later))
    assert shared != set(communes(session, later))
    found = compare_surveys(session, earlier, later)
    assert found.overlap is not None
    assert found.overlap.shared == len(shared)
    assert change_of(found, "q1").difference == pytest.approx(54 / 60 - 27 / 42)


def test_waves_that_say_the_same_show_no_change(session: Session) -> None:
    earlier, later = two_waves(session, BEFORE)
    change = change_of(compare_surveys(session, earlier, later), "q1")
    assert (change.difference, change.proven) == (pytest.approx(0), False)
    assert change_words(change).startswith("chưa thấy thay đổi")


def test_holm_is_over_the_figures_of_a_kind(session: Session) -> None:
    earlier, later = two_waves(session)
    found = compare_surveys(session, earlier, later)
    items = [one for one in found.changes if one.later.kind == "item" and one.p_value is not None]
    assert len(items) == 1  # q2 and q3 nobody answered
    assert items[0].adjusted == pytest.approx(items[0].p_value)


def test_withheld_figures_are_not_compared(session: Session) -> None:
    earlier, later = two_waves(session)
    change = change_of(compare_surveys(session, earlier, later), "q2")
    assert (change.difference, change.low) == (None, None)
    assert "dưới 10 phiếu" in change_words(change)


def test_a_survey_nobody_drew_gets_no_interval_of_change(session: Session) -> None:
    earlier = make_wave(session, BEFORE)
    table = {
        "slug": "cu",
        "title": {"vi": "Cũ", "en": "Old"},
        "territory": {"code": "92"},
        "period": {"from": "2018-01-01", "to": "2018-12-31"},
        "source": "Báo cáo",
        "sample": {"selection": "not_drawn"},
        "target": {"rate": 0.8},
        "rows": [{"label": "Chung", "counts": {"satisfied": 90, "neutral": 5, "dissatisfied": 5}, "of": "q1"}],
    }
    stored, _new = enter_counts(session, read_counts(table), actor=TESTER)
    (change,) = compare_with_table(session, stored, earlier).changes
    assert change.difference == pytest.approx(27 / 42 - 0.9)
    assert (change.low, change.proven) == (None, False)


def test_a_published_table_is_an_earlier_wave(session: Session) -> None:
    survey = make_wave(session, AFTER)
    table = {
        "slug": "cu",
        "title": {"vi": "Cũ", "en": "Old"},
        "territory": {"code": "92"},
        "period": {"from": "2018-01-01", "to": "2018-12-31"},
        "source": "Báo cáo",
        "sample": {"selection": "drawn", "drawn": 6, "of": 12, "design_effect": 2, "source": "SIPAS"},
        "target": {"rate": 0.8},
        "rows": [
            {"label": "Chung", "n": 400, "percent": {"satisfied": "70.00"}, "of": "q1"},
            {"label": "Khác", "n": 400, "percent": {"satisfied": "70.00"}},
        ],
    }
    stored, _new = enter_counts(session, read_counts(table), actor=TESTER)
    found = compare_with_table(session, stored, survey)
    (change,) = found.changes
    one = estimate_survey(session, survey)
    row = next(row for row in one.rows if row.of == "q1")
    v1, v2 = 0.7 * 0.3 * 2 / 400, max((row.se or 0) ** 2, 0.9 * 0.1 / row.ci["n_effective"]) if row.ci else 0.0
    df = (v1 + v2) ** 2 / (v1**2 / 5 + v2**2 / 5)
    half = student.ppf(0.975, df) * math.sqrt(v1 + v2)
    assert change.difference == pytest.approx(0.2)
    assert (change.low, change.high) == (pytest.approx(0.2 - half), pytest.approx(0.2 + half))
    assert change.comparability.level == "with_care"
    assert [one.row.title["vi"] for one in found.left_out] == ["Khác"]


def test_parts_of_both_waves_are_compared(session: Session) -> None:
    earlier, later = two_waves(session)
    found = compare_surveys(session, earlier, later, by="channel", of="q1")
    (part,) = found.parts
    assert part.later.domain == {"channel": "kiosk"}
    assert part.difference == pytest.approx(54 / 60 - 27 / 42)
    assert part.covariance == pytest.approx(change_of(found, "q1").covariance)


def test_the_page_says_the_change_in_one_sentence(session: Session, sign_in: Person) -> None:
    two_waves(session)
    person = sign_in("analyst")
    page = person.get(f"/quan-ly/dot/{LATER}/ket-qua/so-sanh?truoc={VILLAGE}&theo=channel&cua=q1").text
    assert "tăng 25,7 điểm" in page
    assert "6 đơn vị mẫu có trong cả hai đợt" in page
    assert "<desc>" in page
    assert "chia theo" in page
    first = person.get(f"/quan-ly/dot/{VILLAGE}/ket-qua/so-sanh").text
    assert "Chưa có đợt trước nào" in first
    assert person.get(f"/quan-ly/dot/{LATER}/ket-qua/so-sanh?truoc=khong-co").status_code == 404


def test_the_command_prints_the_same(app: Flask, session: Session) -> None:
    two_waves(session)
    done = app.test_cli_runner().invoke(args=["results", "change", LATER, "--since", VILLAGE])
    told = json.loads(done.output)
    q1 = next(one for one in told["changes"] if one["of"] == "q1")
    assert q1["difference"] == pytest.approx(54 / 60 - 27 / 42)
    assert q1["words"].startswith("tăng")


NEW_MAP = "province_code,province_name,commune_code,commune_name,commune_type\n" + "".join(
    f"91,Tỉnh An Giang,{code},Xã Mới {code},xã\n" for code in range(30001, 30009)
)


def on_two_maps(session: Session) -> tuple[Survey, Survey, list[str]]:
    """Kiên Giang of 2020 with answers in four communes, An Giang of 2026 with answers in all its eight.

    30001 is two old communes whole, one of them without answers; 30002 a third and 30003 two thirds of one that was
    split; 30004 one whole that nobody asked; the others come from elsewhere.
    """
    earlier = make_survey(session, state="collecting")
    old = communes(session, earlier)[:4]
    for commune, good in zip(old, (15, 10, 12, 18), strict=True):
        for number in range(20):
            value = 5 if number < good else 1
            answer(session, earlier, commune=commune, answers=_answers(session, earlier, value))
    import_units(session, io.BytesIO(NEW_MAP.encode()), actor=TESTER)
    unasked = [code for code in ("30733", "30736", "30739", "30742") if code not in old][:2]
    lines = [
        f"{old[0]},30001,1,,{LAW}",
        f"{unasked[0]},30001,1,,{LAW}",
        f"{old[1]},30002,0.25,population,{LAW}",
        f"{old[1]},30003,0.75,population,{LAW}",
        f"{old[2]},30003,1,,{LAW}",
        f"{unasked[1]},30004,1,,{LAW}",
        f"{old[3]},30004,1,,{LAW}",
    ]
    text = "old_code,new_code,share,basis,document\n" + "\n".join(lines) + "\n"
    import_successors(session, io.BytesIO(text.encode()), actor=TESTER)
    later = make_survey(
        session,
        state="collecting",
        slug="an-giang-2026",
        territory={"code": "91", "code_system": "tctk-2025"},
        period={"from": date(2026, 7, 1), "to": date(2026, 9, 30)},
        sample={"share": 1.0, "rule": "total", "stratify_by": "none", "cases_per_commune": 40},
    )
    for commune in range(30001, 30009):
        for number in range(12):
            good = number < (11 if commune <= 30004 else 2)
            answer(session, later, commune=str(commune), answers=_answers(session, later, 5 if good else 1))
    session.commit()
    return earlier, later, old


def _answers(session: Session, survey: Survey, value: int) -> dict[str, Any]:
    from survey_app.instruments.queries import instrument_of

    return full_answers(instrument_of(session, survey.questionnaire_id), value)


def test_three_levels_and_two_are_bridged_for_the_province_and_for_new_communes(session: Session) -> None:
    earlier, later, _old = on_two_maps(session)
    found = compare_surveys(session, earlier, later, of="sipas")
    change = change_of(found, "sipas")
    # the later wave only where An Giang holds a part of the old province: 11 of 12 in each of four communes
    assert change.later.estimate == pytest.approx(11 / 12)
    assert change.later.respondents == 48
    assert found.overlap is not None
    assert found.overlap.shared == 0
    by_name = {one.name: one for one in found.communes}
    assert set(by_name) == {"Xã Mới 30001", "Xã Mới 30002", "Xã Mới 30003", "Xã Mới 30004"}
    one, two, three = (by_name[f"Xã Mới {code}"] for code in (30001, 30002, 30003))
    assert (one.surveyed, one.predecessors, one.split) == (1, 2, False)
    assert one.change.earlier.estimate == pytest.approx(15 / 20)
    assert (two.surveyed, two.predecessors, two.split) == (1, 1, True)
    assert two.change.earlier.withheld == "too_few"  # a quarter of 20 answers
    assert (three.surveyed, three.predecessors, three.split) == (2, 2, True)
    weights = [row.base_weight for row in _drawn(session, earlier)]
    assert len(set(weights)) >= 1
    assert all(one.change.reference and not one.change.proven for one in found.communes)


def _drawn(session: Session, survey: Survey) -> Any:
    from survey_app.sampling.queries import drawn_units

    return drawn_units(session, survey)


def test_shares_weight_the_predecessors(session: Session) -> None:
    earlier, later, old = on_two_maps(session)
    weight = {entry.unit.code: entry.base_weight for entry in _drawn(session, earlier)}
    found = compare_surveys(session, earlier, later, of="sipas")
    (three,) = [one for one in found.communes if one.name.endswith("30003")]
    # three quarters of 10 good of 20, and 12 of 20, each by its weight
    parts = [(0.75 * weight[old[1]], 10), (weight[old[2]], 12)]
    expected = sum(w * good for w, good in parts) / sum(w * 20 for w, _good in parts)
    assert three.change.earlier.estimate == pytest.approx(expected)
    assert three.change.earlier.respondents == 35
    assert "model_assisted" in three.change.earlier.marks


def test_without_successors_two_maps_are_not_compared(session: Session, sign_in: Person) -> None:
    from sqlalchemy import delete

    from survey_app.geography.successor_models import Succession

    earlier, later, _old = on_two_maps(session)
    session.execute(delete(Succession))
    session.commit()
    assert compare_surveys(session, earlier, later).changes == []
    session.commit()
    page = sign_in("analyst").get(f"/quan-ly/dot/{later.slug}/ket-qua/so-sanh?truoc={earlier.slug}").text
    assert "Chưa có bảng nối" in page


def test_the_page_tells_of_the_bridge(session: Session, sign_in: Person) -> None:
    earlier, later, _old = on_two_maps(session)
    page = sign_in("analyst").get(f"/quan-ly/dot/{later.slug}/ket-qua/so-sanh?truoc={earlier.slug}&cua=sipas").text
    assert "hai bản đồ hành chính" in page
    assert LAW in page
    assert "có xã cũ bị chia: dựa vào mô hình" in page
