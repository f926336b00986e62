"""`sample-size`, `allocate` and `draw` as someone types them."""

import argparse
import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from analysis.command_line.drawing import add_allocate, add_draw
from analysis.command_line.sizes import add_sample_size
from analysis.sampling import draw_pareto, draw_smallest, proportional_probabilities

FRAME = Path(__file__).parent.parent / "golden" / "data" / "frame_communes.csv"
ROWS = list(csv.DictReader(FRAME.open(encoding="utf-8")))

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    parser = argparse.ArgumentParser(prog="python -m analysis")
    subparsers = parser.add_subparsers(required=True)
    for add in (add_sample_size, add_allocate, add_draw):
        add(subparsers)

    def run_words(*words: object) -> tuple[int, str, str]:
        args = parser.parse_args([str(word) for word in words])
        code = args.run(args)
        return code, *capsys.readouterr()

    return run_words


def answer(run: Run, *words: object) -> dict[str, Any]:
    code, out, err = run(*words)
    assert (code, err) == (0, "")
    return json.loads(out)


def write_frame(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def in_district(district: str) -> list[dict[str, str]]:
    return [row for row in ROWS if row["district"] == district]


# sample-size


@pytest.mark.parametrize(("target", "true"), [("80", "85"), ("80%", "85%"), ("0.8", "0.85"), ("0,8", "0,85")])
def test_percentages_are_read_as_people_write_them(run: Run, target: str, true: str) -> None:
    got = answer(run, "sample-size", "--target", target, "--true", true, "--power", "80", "--deff", "1,6")
    assert got["answers"] == 753  # the figure of docs


@pytest.mark.parametrize("margin", ["3", "3%", "3,0", "0.03", "0,03"])
def test_a_margin_is_read_in_points_or_as_a_share(run: Run, margin: str) -> None:
    got = answer(
        run, "sample-size", "--margin", margin, "--rate", "80", "--population", "76000", "--deff", "1.6",
        "--response-rate", "85",
    )  # fmt: skip
    assert (got["answers"], got["invited"]) == (1078, 1269)


def test_a_margin_in_several_districts_has_a_size_for_each(run: Run) -> None:
    code, out, _err = run("sample-size", "--margin", "5", "--population", "9661", "727", "--format", "csv")
    assert code == 0
    rows = list(csv.DictReader(io.StringIO(out)))
    # 384.146/(1 + 383.146/N), by hand
    assert [(row["population"], row["answers"]) for row in rows] == [("9661", "370"), ("727", "252")]
    assert answer(run, "sample-size", "--margin", "5", "--population", "9661", "727")["answers"] == 622


def test_a_change_between_waves(run: Run) -> None:
    words = ("sample-size", "--change", "0.8", "0.84", "--deff", "1.8")
    assert answer(run, *words)["answers"] == 2600
    assert answer(run, *words, "--correlation", "0.3")["answers"] == 1823


def test_with_degrees_of_freedom_the_chances_of_the_verdicts_are_told(run: Run) -> None:
    got = answer(run, "sample-size", "--target", "80", "--true", "85", "--deff", "1.6", "--df", "29")["chances"]
    assert 0.7 < got["met"] < 0.8  # t for z costs some power
    assert got["met"] + got["not_met"] + got["not_proven"] == pytest.approx(1)


# allocate


def test_communes_are_allocated_from_a_file_or_from_numbers(run: Run) -> None:
    got = answer(run, "allocate", FRAME, "--strata", "district", "--share", "30%")
    drawn = [row["drawn"] for row in got["strata"]]
    assert drawn == [6, 5, 4, 4, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2]  # golden s_allocation_communes
    sizes = ",".join(str(row["size"]) for row in got["strata"])
    again = answer(run, "allocate", "--sizes", sizes, "--share", "0,3")
    assert [row["drawn"] for row in again["strata"]] == drawn
    assert answer(run, "allocate", "--sizes", sizes, "--rule", "each_stratum")["drawn"] == 51


def test_a_number_in_all_or_in_each_stratum(run: Run) -> None:
    assert answer(run, "allocate", "--sizes", "20,16,3", "--number", "13")["drawn"] == 13
    each = answer(run, "allocate", "--sizes", "20,16,3", "--number", "5", "--rule", "each_stratum")
    assert [row["drawn"] for row in each["strata"]] == [5, 5, 3]


# draw


def test_a_draw_is_that_of_the_permanent_random_numbers(run: Run) -> None:
    got = answer(run, "draw", FRAME, "--seed", "public-2026-W1", "--id", "commune", "--strata", "district")
    assert got["drawn"] == len(got["units"]) == 44
    for stratum in got["strata"]:
        codes = [row["commune"] for row in in_district(stratum["stratum"])]
        units = [unit for unit in got["units"] if unit["stratum"] == stratum["stratum"]]
        assert [unit["id"] for unit in units] == draw_smallest(codes, "public-2026-W1", stratum["drawn"])
        assert {unit["weight"] for unit in units} == {stratum["size"] / stratum["drawn"]}


def test_the_hash_is_that_of_the_sorted_frame(run: Run) -> None:
    got = answer(run, "draw", FRAME, "--seed", "x", "--strata", "district")
    text = "".join(sorted(f"{row['district']}|{row['commune']}\n" for row in ROWS))
    assert got["frame_sha256"] == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("method", ["srs", "pareto", "systematic"])
def test_the_order_of_the_rows_does_not_matter(run: Run, tmp_path: Path, method: str) -> None:
    mixed = write_frame(tmp_path / "mixed.csv", ROWS[1::2][::-1] + ROWS[::2])
    words = ["--seed", "x", "--id", "commune", "--strata", "district", "--method", method]
    words += [] if method == "srs" else ["--size", "list_size"]
    assert answer(run, "draw", FRAME, *words) == answer(run, "draw", mixed, *words)


def test_sizes_give_a_pareto_draw_with_its_probabilities(run: Run) -> None:
    words = ("--seed", "x", "--id", "commune", "--strata", "district", "--size", "list_size", "--number", "40")
    code, out, _err = run("draw", FRAME, *words, "--format", "csv")
    assert code == 0
    rows = list(csv.DictReader(io.StringIO(out)))
    assert len(rows) == 40
    frame = in_district("D01")
    n = Counter(row["stratum"] for row in rows)["D01"]
    pi = proportional_probabilities([float(row["list_size"]) for row in frame], n)
    chances = dict(zip([row["commune"] for row in frame], pi.tolist(), strict=True))
    first = [row for row in rows if row["stratum"] == "D01"]
    assert [row["id"] for row in first] == draw_pareto(list(chances), "x", pi)
    for row in first:
        assert float(row["inclusion_probability"]) == chances[row["id"]]
        assert float(row["weight"]) == 1 / chances[row["id"]]


def test_a_shift_changes_the_draw_and_no_shift_keeps_it(run: Run) -> None:
    words = ("draw", FRAME, "--seed", "x", "--id", "commune", "--strata", "district")

    def drawn(*more: str) -> set[str]:
        return {unit["id"] for unit in answer(run, *words, *more)["units"]}

    assert drawn("--shift", "0") == drawn()
    assert 0 < len(drawn() & drawn("--shift", "0,15")) < 44


def test_without_strata_one_commune_may_be_drawn(run: Run) -> None:
    got = answer(run, "draw", FRAME, "--seed", "x", "--id", "commune", "--number", "1")
    assert [unit["stratum"] for unit in got["units"]] == ["all"]


def test_the_answer_may_go_into_a_file(run: Run, tmp_path: Path) -> None:
    code, out, _err = run("allocate", "--sizes", "20,16", "--out", tmp_path / "plan.json")
    assert (code, out) == (0, "")
    assert json.loads((tmp_path / "plan.json").read_text("utf-8"))["frame_size"] == 36


# What is wrong is said in one sentence


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["sample-size"], "give one of --margin"),
        (["sample-size", "--margin", "3", "--target", "80"], "give one of --margin"),
        (["sample-size", "--margin", "three"], "--margin is 'three'"),
        (["sample-size", "--margin", "0.7"], "write 0.7%"),
        (["sample-size", "--margin", "-3"], "--margin is '-3'"),
        (["sample-size", "--margin", "0"], "margin is 0"),
        (["sample-size", "--margin", "3", "--power", "80"], "--power goes with"),
        (["sample-size", "--margin", "3", "--population", "76.000"], "digits only"),
        (["sample-size", "--margin", "3", "--response-rate", "120"], "at most 100"),
        (["sample-size", "--target", "80"], "needs --true"),
        (["sample-size", "--target", "80", "--true", "80"], "no sample size"),
        (["sample-size", "--change", "0.8", "0.8"], "no change"),
        (["allocate"], "give either a file"),
        (["allocate", FRAME], "give --strata"),
        (["allocate", FRAME, "--strata", "province"], "no column 'province'"),
        (["allocate", "--sizes", "20,x"], "--sizes is 'x'"),
        (["allocate", "--sizes", "20", "--share", "0"], "share is 0"),
        (["allocate", "--sizes", "20", "--share", "30", "--number", "2"], "not both"),
        (["allocate", "--sizes", "20", "--number", "21"], "from 1 to 20"),
        (["draw", "nowhere.csv", "--seed", "x"], "nowhere.csv cannot be opened"),
        (["draw", FRAME, "--seed", " "], "the seed"),
        (["draw", FRAME, "--seed", "a|b"], "the seed"),
        (["draw", FRAME, "--seed", "x", "--id", "district"], "stands twice"),
        (["draw", FRAME, "--seed", "x", "--method", "pareto"], "needs --size"),
        (["draw", FRAME, "--seed", "x", "--method", "srs", "--size", "list_size"], "takes no sizes"),
        (["draw", FRAME, "--seed", "x", "--size", "district", "--id", "commune"], "not a number"),
        (["draw", FRAME, "--seed", "x", "--shift", "1"], "shift is 1"),
        (["draw", FRAME, "--seed", "x", "--strata", "district", "--minimum", "0", "--share", "1%"], "no commune drawn"),
        (["draw", FRAME, "--seed", "x", "--out", "/nowhere/at/all"], "cannot be opened or written"),
    ],
)
def test_a_mistake_is_told_in_one_plain_sentence(run: Run, words: list[object], said: str) -> None:
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("commune", "", "data row 3: the code or the stratum of this unit is missing"),
        ("list_size", "0", "data row 3: size 0.0 cannot be used"),
        ("list_size", "many", "data row 3: column 'list_size' holds"),
        ("commune", "D01C01", "data row 3: code 'D01C01' stands twice"),
    ],
)
def test_a_broken_frame_is_told_with_its_row(run: Run, tmp_path: Path, column: str, cell: str, said: str) -> None:
    rows = [dict(row) for row in in_district("D01")]
    rows[2][column] = cell
    frame = write_frame(tmp_path / "frame.csv", rows)
    code, _out, err = run("draw", frame, "--seed", "x", "--id", "commune", "--size", "list_size")
    assert code == 2
    assert said in err


def test_a_frame_with_two_possible_codes_asks_which(run: Run, tmp_path: Path) -> None:
    frame = write_frame(tmp_path / "frame.csv", [row | {"name": f"Xã {row['commune']}"} for row in ROWS])
    _code, _out, err = run("draw", frame, "--seed", "x", "--strata", "district")
    assert "commune, name could each be it" in err


@pytest.mark.parametrize("command", ["sample-size", "allocate", "draw"])
def test_help_holds_an_example_line(command: str, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        run(command, "--help")
    assert stop.value.code == 0
    assert f"python -m analysis {command} " in capsys.readouterr().out
