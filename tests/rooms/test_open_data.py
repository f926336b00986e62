"""The data of a survey: nobody stands out in it, the published figures come out of it, and every program reads it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pyarrow.parquet as pq
import pyreadstat
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.design import SurveyDesign
from survey_app.collection.models import Response
from survey_app.errors import Conflict, UserError
from survey_app.instruments.queries import instrument_of
from survey_app.publication.data.package import gather, make_files
from survey_app.publication.data.service import check_data, export_data
from survey_app.publication.data.settings import check_settings, usual_keys
from survey_app.publication.public_choice import PublicChoice
from survey_app.publication.snapshot import compute_content
from survey_app.results.weighting.ask import make_plan
from survey_app.results.weighting.service import add_step
from survey_app.results.weighting.totals import Totals
from survey_app.surveys.models import Survey
from tests.rooms.weighing import answer_all, drawn_from_lists
from tests.village import communes, make_village, respond
from tests.world import TESTER

DDI = {"d": "ddi:codebook:2_5"}
WORDS = "câu góp ý riêng tư"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A folder for the files of an export."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def answered(session: Session, **changes: Any) -> Survey:
    """Ninety answers in six communes of three kinds; one woman alone was late in her stratum."""
    survey = make_village(session, **changes)
    places = communes(session, survey)
    for number in range(90):
        late = number % 9 == 0
        answers: dict[str, Any] = {
            "q1": 1 + (number * 7) % 3,
            "q2": (3, 3, 9, 2)[number % 4],
            "late": 1 if late else 2,
            "sex": number % 2 + 1,
            "ways": [1, 2] if number % 3 else ["none"],
            "words": WORDS,
            "when": "2025-03-07",
            "visits": 7,
        }
        answers |= {"q3": (3, 1)[number % 8 == 0]} if late else {}
        respond(
            session, survey, places[number % len(places)], channel=("kiosk", "paper")[number % 3 == 0], answers=answers
        )
    session.commit()
    return survey


def lists(session: Session) -> Survey:
    survey = drawn_from_lists(session)
    answer_all(session, survey, fewer=2)
    return survey


def exported(
    session: Session,
    survey: Survey,
    folder: Path,
    *,
    keys: tuple[str, ...] = ("district", "sex", "late"),
    k: int = 5,
    **more: Any,
) -> dict[str, Any]:
    settings = check_settings(instrument_of(session, survey.questionnaire_id), keys, k, **more)
    made, report = export_data(session, survey, folder, settings, actor=TESTER)
    return {"made": made, "report": report}


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


def test_at_least_k_rows_share_every_combination_that_the_file_shows(session: Session, out: Path) -> None:
    found = exported(session, answered(session), out)
    rows = rows_of(out / "phieu.csv")
    sizes = Counter((row["stratum"], row["sex"], row["late"]) for row in rows)
    assert min(sizes.values()) >= 5
    assert found["report"].at_risk > 0
    hidden = {key: sum(row[key] == "-9" for row in rows) for key in ("sex", "late")}
    assert hidden == found["report"].hidden
    assert sum(hidden.values()) > 0


def test_the_file_tells_neither_who_nor_when_nor_in_which_commune(session: Session, out: Path) -> None:
    survey = answered(session)
    exported(session, survey, out)
    told = b"".join(path.read_bytes() for path in out.glob("phieu.*"))
    rows = rows_of(out / "phieu.csv")
    for secret in [WORDS, *map(str, session.scalars(select(Response.id)))]:
        assert secret.encode() not in told
    assert not {"words", "when", "visits", "day", "commune", "response_id", "language"} & set(rows[0])
    assert not set(communes(session, survey)) & {value for row in rows for value in row.values()}
    assert {row["psu"][0] for row in rows} == {"P"}


def test_communes_are_named_where_that_is_allowed(session: Session, out: Path) -> None:
    survey = answered(session)
    exported(session, survey, out, communes=True)
    assert {row["commune"] for row in rows_of(out / "phieu.csv")} == set(communes(session, survey))


def test_the_order_of_the_rows_is_drawn_by_the_seed(session: Session, out: Path) -> None:
    survey = answered(session)
    texts = []
    for folder, seed in (("a", "one"), ("b", "one"), ("c", "two"), ("d", "")):
        exported(session, survey, out / folder, seed=seed)
        texts.append((out / folder / "phieu.csv").read_bytes())
    assert texts[0] == texts[1]
    assert len({hashlib.sha256(text).hexdigest() for text in texts}) == 3


def recompute(folder: Path, of: tuple[str, ...], domain: Callable[[dict[str, str]], bool]) -> Any:
    """A pooled rate of the village form from the columns of the file alone."""
    rows = rows_of(folder / "phieu.csv")
    number = {"Inf": np.inf}
    design = SurveyDesign.declare(
        psu=[row["psu"] for row in rows],
        strata=[row["stratum"] for row in rows],
        psu_population=[number.get(row["stratum_size"]) or float(row["stratum_size"]) for row in rows],
        element_population=[number.get(row["list_size"]) or float(row["list_size"]) for row in rows],
        weights=[float(row["weight"]) for row in rows],
        lonely_psu="adjust",
        df_rule="satterthwaite",
    )
    given = [sum(row[key] in "123" and row[key] != "" for key in of) for row in rows]
    good = [sum(row[key] == "3" for key in of) for row in rows]
    return design.ratio(good, given, [domain(row) for row in rows])


@pytest.mark.parametrize("make", [answered, lists], ids=["two levels", "lists"])
def test_figures_by_what_is_not_hidden_come_out_of_the_file_to_the_last_digit(
    session: Session, out: Path, make: Callable[[Session], Survey]
) -> None:
    survey = make(session)
    content = compute_content(session, survey, PublicChoice(files=())).content
    exported(session, survey, out)
    by_channel = {row["domain"]["channel"]: row for row in content["figures"]["channel"] if row["kind"] == "index"}
    whole = next(row for row in content["figures"][""] if row["kind"] == "index")
    assert len(by_channel) >= 1
    for channel, row in {"": whole, **by_channel}.items():
        ours = recompute(out, ("q1", "q2", "q3"), lambda one, channel=channel: channel in ("", one["channel"]))
        assert [ours.estimate, ours.se, ours.df, ours.n] == pytest.approx(
            [row["estimate"], row["se"], row["df"], row["respondents"]], rel=1e-12
        )


def test_published_figures_stay_and_those_that_the_file_cannot_give_are_listed(session: Session, out: Path) -> None:
    survey = answered(session)
    before = compute_content(session, survey, PublicChoice(files=())).content
    found = exported(session, survey, out)
    after = compute_content(session, survey, PublicChoice(files=())).content
    assert after["figures"] == before["figures"]
    assert after["choices"] == before["choices"]
    hidden = [key for key, count in found["report"].hidden.items() if count]
    lost = {(row["of"], row["by"]) for row in rows_of(out / "khong-tinh-lai.csv")}
    assert lost == {("", key) for key in hidden if key in before["figures"]} | {(key, "") for key in hidden}
    figures = rows_of(out / "ket-qua.csv")
    published = [row for rows in before["figures"].values() for row in rows]
    options = [option for one in before["choices"] for option in one["options"]]
    assert len(figures) == len(published) + len(options)
    assert [row["estimate"] for row in figures[: len(published)]] == [
        "" if row["estimate"] is None else repr(row["estimate"]) for row in published
    ]
    assert [row["chosen"] for row in figures[len(published) :]] == [
        "" if one["n"] is None else str(one["n"]) for one in options
    ]


def test_nothing_is_hidden_and_nothing_lost_with_k_of_one(session: Session, out: Path) -> None:
    found = exported(session, answered(session), out, k=1)
    assert found["report"].hidden_rows == 0
    assert rows_of(out / "khong-tinh-lai.csv") == []


def test_where_the_design_shows_too_much_the_reason_is_told_and_figures_are_there_without_responses(
    session: Session, out: Path
) -> None:
    survey = answered(session)
    settings = check_settings(instrument_of(session, survey.questionnaire_id), ["commune", "sex"], 40)
    assert "Xin bớt thông tin" in check_data(session, survey, settings)[1]
    content = compute_content(session, survey, PublicChoice(files=())).content
    with pytest.raises(Conflict):
        gather(session, survey, content, settings)
    made = make_files(gather(session, survey, content, settings, public=True), out)
    assert "ket-qua.csv" in {one.name for one in made}
    assert not list(out.glob("phieu.*"))
    assert "Không có tệp phiếu" in (out / "doc-truoc.txt").read_text("utf-8")


def test_a_question_that_the_weights_tell_of_is_not_hidden_but_counted_as_known(session: Session) -> None:
    survey = drawn_from_lists(session)
    answer_all(session, survey)
    totals: Totals = {("item:sex",): {("1",): 900.0, ("2",): 1230.0}}
    add_step(session, survey, make_plan("rake", ["stratum", "item:sex"], totals), actor=TESTER)
    session.commit()
    settings = check_settings(instrument_of(session, survey.questionnaire_id), ["sex", "late"], 2)
    report = check_data(session, survey, settings)[0]
    assert report is not None
    assert (report.weights_tell, report.shown, report.hideable) == (("sex",), ("sex",), ("late",))


def test_spss_and_stata_files_keep_labels_and_missing_codes(session: Session, out: Path) -> None:
    exported(session, answered(session), out)
    rows = rows_of(out / "phieu.csv")
    data, meta = pyreadstat.read_sav(out / "phieu.sav", user_missing=True)
    assert meta.column_names_to_labels["q1"] == "Thái độ"
    assert meta.column_names_to_labels["ways_1"] == "Biết nhờ đâu – Loa"
    assert meta.variable_value_labels["q3"] == {
        1: "Kém", 2: "Vừa", 3: "Tốt", 9: "Không có ý kiến", -1: "Không hỏi vì không thuộc diện",
    }  # fmt: skip
    assert {one["lo"] for one in meta.missing_ranges["q3"]} == {9, -1}
    assert {one["lo"] for one in meta.missing_ranges["sex"]} == {-9}
    for key in ("q1", "q2", "q3", "sex", "late"):
        assert data[key].fillna(99).astype(int).tolist() == [int(row[key] or 99) for row in rows], key
    assert data["weight"].tolist() == [float(row["weight"]) for row in rows]
    letters = {"9": "a", "-1": "n", "-9": "h"}
    data, meta = pyreadstat.read_dta(out / "phieu.dta", user_missing=True)
    assert meta.column_names_to_labels["q1"] == "Thái độ"
    assert meta.variable_value_labels["q2"] == {1: "Kém", 2: "Vừa", 3: "Tốt", "a": "Không có ý kiến"}
    assert {"a", "n"} <= set(meta.variable_value_labels["q3"])
    assert (meta.missing_user_values["q3"], meta.missing_user_values["sex"]) == (["n"], ["h"])
    for key in ("q1", "q2", "q3", "sex", "late"):
        theirs = ["" if value != value else value if isinstance(value, str) else str(int(value)) for value in data[key]]
        assert theirs == [letters.get(row[key], row[key]) for row in rows], key


def test_parquet_and_json_hold_the_same_as_csv(session: Session, out: Path) -> None:
    survey = answered(session)
    exported(session, survey, out)
    rows = rows_of(out / "phieu.csv")
    table = pq.read_table(out / "phieu.parquet").to_pylist()
    assert [
        {key: "" if value is None else str(value) for key, value in row.items() if key in ("q1", "sex", "psu")}
        for row in table
    ] == [{key: row[key] for key in ("q1", "psu", "sex") if key in row} | {} for row in rows]
    figures = json.loads((out / "ket-qua.json").read_bytes())
    assert figures["responses"] == 90
    assert len(figures["figures"]) + sum(len(one["options"]) for one in figures["choices"]) == len(
        rows_of(out / "ket-qua.csv")
    )


def test_every_column_and_code_is_in_the_dictionary_and_in_the_codebook(session: Session, out: Path) -> None:
    exported(session, answered(session), out)
    rows = rows_of(out / "phieu.csv")
    dictionary = rows_of(out / "tu-dien.csv")
    assert list(dict.fromkeys(one["cot"] for one in dictionary)) == list(rows[0])
    codes: dict[str, set[str]] = {}
    for one in dictionary:
        codes.setdefault(one["cot"], set()).add(one["ma"])
    for key in ("q1", "q2", "q3", "sex", "late", "ways_1", "channel"):
        assert {row[key] for row in rows} - {""} <= codes[key], key
    book = ElementTree.parse(out / "ddi.xml").getroot()
    variables = {one.get("name"): one for one in book.findall("d:dataDscr/d:var", DDI)}
    assert list(variables) == list(rows[0])
    for name, variable in variables.items():
        labels = {one.get("{http://www.w3.org/XML/1998/namespace}lang") for one in variable.findall("d:labl", DDI)}
        assert labels == {"vi", "en"}
        assert {one.text for one in variable.findall("d:catgry/d:catValu", DDI)} == codes[str(name)] - {""}
    missing = {one.get("VALUE") for one in variables["q3"].findall("d:invalrng/d:item", DDI)}
    assert missing == {"9", "-1"}
    assert variables["weight"].get("wgt") == "wgt"


def test_the_codebook_has_the_order_of_its_schema(session: Session, out: Path) -> None:
    """The schema is a sequence everywhere used here (DDI Codebook 2.5, codebook.xsd)."""
    exported(session, answered(session, simulated=True), out)
    order = {
        "codeBook": "docDscr stdyDscr fileDscr dataDscr otherMat",
        "docDscr": "citation guide docStatus docSrc controlledVocabUsed notes",
        "citation": "titlStmt rspStmt prodStmt distStmt serStmt verStmt biblCit holdings notes",
        "titlStmt": "titl subTitl altTitl parTitl IDNo",
        "prodStmt": "producer copyright prodDate prodPlac software fundAg grantNo",
        "stdyDscr": "citation studyAuthorization stdyInfo studyDevelopment method dataAccs othrStdyMat notes",
        "stdyInfo": "studyBudget subject abstract sumDscr qualityStatement notes exPostEvaluation",
        "sumDscr": "timePrd collDate nation geogCover geogUnit geoBndBox boundPoly anlyUnit universe dataKind",
        "method": "dataColl notes anlyInfo stdyClas codingInstructions",
        "dataColl": "timeMeth dataCollector collectorTraining frequenc sampProc sampleFrame targetSampleSize deviat "
        "collMode resInstru instrumentDevelopment sources collSitu actMin ConOps weight cleanOps",
        "dataAccs": "setAvail useStmt notes",
        "useStmt": "confDec specPerm restrctn contact citReq deposReq conditions disclaimer",
        "fileTxt": "fileName fileCitation dataFingerprint fileCont fileStrc dimensns fileType format filePlac dataChck "
        "ProcStat dataMsng software verStmt",
        "dimensns": "caseQnty varQnty logRecL recPrCas recNumTot",
        "dataDscr": "varGrp nCubeGrp var nCube notes",
        "var": "location labl imputation security embargo respUnit anlysUnit qstn valrng invalrng undocCod universe "
        "TotlResp sumStat txt stdCatgry catgryGrp catgry codInstr verStmt concept derivation varFormat geoMap "
        "catLevel notes",
        "catgry": "catValu labl txt catStat mrow catgry",
    }
    seen = set()
    ids = []
    for element in ElementTree.parse(out / "ddi.xml").getroot().iter():
        tag = element.tag.partition("}")[2]
        ids += [element.get("ID")] if element.get("ID") else []
        if tag in order:
            places = [order[tag].split().index(child.tag.partition("}")[2]) for child in element]
            assert places == sorted(places), tag
            seen.add(tag)
    assert seen == set(order)
    assert len(ids) == len(set(ids))
    root = ElementTree.parse(out / "ddi.xml").getroot()
    for group in root.findall("d:dataDscr/d:varGrp", DDI):
        assert set((group.get("var") or "").split()) <= set(ids)


def test_the_two_files_count_people_and_answers(session: Session, out: Path) -> None:
    survey = lists(session)
    exported(session, survey, out, k=1)
    (header,) = rows_of(out / "cx-tong.csv")
    responses = len(session.scalars(select(Response.id)).all())
    assert int(header["answered"]) == responses
    assert int(header["people_served"]) > int(header["invited"]) > responses
    detail = rows_of(out / "cx-chi-tiet.csv")
    rows = rows_of(out / "phieu.csv")
    for key in ("q1", "q2"):
        counts = {row["level"]: int(row["count"]) for row in detail if row["question"] == key}
        assert counts == {level: sum(row[key] == level for row in rows) for level in counts}
        assert sum(counts.values()) == responses
    assert {row["count"] for row in detail if row["question"] == "q3"} == {""}  # nobody was asked


def test_the_list_of_files_tells_rows_and_hashes(session: Session, out: Path) -> None:
    exported(session, answered(session), out)
    told = {row["tep"]: row for row in rows_of(out / "danh-muc.csv")}
    assert set(told) == {path.name for path in out.iterdir()} - {"danh-muc.csv"}
    for name, row in told.items():
        data = (out / name).read_bytes()
        assert (int(row["byte"]), row["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    for name in ("phieu.csv", "ket-qua.csv", "tu-dien.csv", "cx-chi-tiet.csv", "khong-tinh-lai.csv"):
        assert int(told[name]["dong"]) == len(rows_of(out / name)), name


def test_simulated_data_says_so_in_every_file_of_rows(session: Session, out: Path) -> None:
    exported(session, answered(session, simulated=True), out)
    for name in ("phieu.csv", "ket-qua.csv"):
        assert {row["note"] for row in rows_of(out / name)} == {"dữ liệu mô phỏng"}
    for name in ("doc-truoc.txt", "tinh-lai.R"):
        assert "DỮ LIỆU MÔ PHỎNG" in (out / name).read_text("utf-8")


def test_a_key_that_is_none_is_refused_with_the_names_there_are(session: Session) -> None:
    survey = make_village(session)
    with pytest.raises(UserError, match="district, commune, late, sex"):
        check_settings(instrument_of(session, survey.questionnaire_id), ["height"], 5)


def test_the_usual_keys_are_those_of_the_questionnaire(session: Session) -> None:
    survey = make_village(session)
    assert usual_keys(instrument_of(session, survey.questionnaire_id)) == ("district", "sex")
