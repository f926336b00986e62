"""The pages on method hold code that runs and figures that are right."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from pkgutil import resolve_name

import pytest
from test_r_own_design import RSCRIPT, estimate

from analysis import published_interval
from analysis.__main__ import main

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [DOCS / "method.md", DOCS / "phuong-phap.md"]
SECTIONS = [
    ("What is published", "1. Những con số được công bố"),
    ("The verdict", "2. Đạt, không đạt, chưa đủ bằng chứng"),
    ("The marks", "3. Các dấu hiệu ghi kèm con số"),
    ("How communes are drawn", "4. Chọn xã như thế nào"),
    ("The design and its weights", "5. Thiết kế mẫu và quyền số"),
    ("Repeat a published figure with R", "6. Tự tính lại bằng R"),
    ("Estimate and variance", "7. Ước lượng và phương sai"),
    ("The interval", "8. Khoảng tin cậy"),
    ("Samples that nobody drew", "9. Mẫu không do ai bốc"),
    ("Differences and changes", "10. So sánh và thay đổi"),
    ("Indices", "11. Các chỉ số"),
    ("Quantiles", "12. Phân vị"),
    ("Tests of association", "13. Kiểm định mối liên hệ"),
    ("Regressions and drivers", "14. Hồi quy và yếu tố tác động"),
    ("Reliability of a block of questions", "15. Độ tin cậy của nhóm câu hỏi"),
    ("Weights from invitation to known totals", "16. Quyền số: từ lời mời đến các tổng đã biết"),
    ("Replication as a check", "17. Kiểm tra bằng mẫu lặp"),
    ("Other ways to draw", "18. Những cách bốc khác"),
    ("Sample size and power", "19. Cỡ mẫu và khả năng kết luận"),
    ("Flags of data quality", "20. Dấu hiệu về chất lượng phiếu"),
    ("Response rates", "21. Tỷ lệ trả lời"),
    ("Tables from counts", "22. Bảng số liệu tính từ số đếm"),
    ("How it is checked", "23. Cách kiểm tra các con số"),
    ("Sources", "24. Tài liệu tham khảo"),
]
COMMANDS = [DOCS / "analysis.md", DOCS / "phan-tich.md"]
DEMONSTRATION = "kien-giang-2019-mo-phong"


def read_r(page: Path) -> list[str]:
    return re.findall(r"```r\n(.*?)```", page.read_text("utf-8"), flags=re.DOTALL)


def read_anchors(page: Path) -> set[str]:
    """The names that headings have in links."""
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def strip_comments(code: str) -> list[str]:
    return [bare for line in code.splitlines() if (bare := line.split("#")[0].rstrip())]


def read_figures(code: str) -> list[str]:
    """Numbers with decimals in the comments, with a decimal point; names such as R² and years have none."""
    comments = " ".join(line.partition("#")[2] for line in code.splitlines())
    return [figure.replace(",", ".") for figure in re.findall(r"(?<![\d.,])-?\d+[.,]\d+(?![\d.])", comments)]


def round_numbers(text: str) -> str:
    """The text, stripped, with 9 digits of every number: the last ones differ from machine to machine."""
    return re.sub(r"\d+\.\d+(?:e[-+]\d+)?", lambda number: f"{float(number[0]):.9g}", text.strip())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_on_the_page_draws_the_communes_named_below_it(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = page.read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    exec(code, {})
    drawn = capsys.readouterr().out
    assert re.findall(r"D03C\d\d", drawn) == ["D03C01", "D03C04", "D03C06", "D03C12"]
    assert "D03C01, D03C04, D03C06, D03C12" in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_figures_beside_the_r_code_are_ours(page: Path) -> None:
    text = page.read_text("utf-8").replace(",", ".")
    rate, index = estimate("a1", "all", ""), estimate("pooled", "all", "")
    limits = published_interval(rate, None)
    for figure in (
        f"{rate.estimate:.4f}",
        f"{rate.se:.4f}",
        f"{rate.deff_with_replacement:.3f}",
        f"{limits.low:.3f}",
        f"{limits.high:.3f}",
        f"{index.estimate:.4f}",
    ):
        assert figure in text, figure


def test_both_pages_have_the_same_sections_in_the_same_order() -> None:
    for number, page in enumerate(PAGES):
        headings = re.findall(r"^## (.*)$", page.read_text("utf-8"), flags=re.MULTILINE)
        assert headings == [titles[number] for titles in SECTIONS], page.name


def test_both_pages_hold_the_same_r_code_and_figures() -> None:
    english, vietnamese = (read_r(page) for page in PAGES)
    assert [strip_comments(code) for code in english] == [strip_comments(code) for code in vietnamese]
    figures = [read_figures(code) for code in english]
    assert figures == [read_figures(code) for code in vietnamese]
    assert sum(map(len, figures)) > 40


@pytest.mark.parametrize("name", ["method.md", "phuong-phap.md", "analysis.md", "phan-tich.md"])
def test_every_function_and_file_a_page_names_exists(name: str) -> None:
    text = (DOCS / name).read_text("utf-8")
    named = set(re.findall(r"`(analysis(?:\.\w+)+)`", text))
    assert named
    for path in named:
        resolve_name(path)  # raises where there is none
    for path in set(re.findall(r"`((?:tests|bench|docs)/[\w./-]+)`", text)):
        assert (ROOT / path).exists(), path
    for link, place in re.findall(r"\]\((?!http)([^)#]*)#?([^)]*)\)", text):
        target = DOCS / (link or name)
        assert target.exists(), link
        assert not place or place in read_anchors(target), f"{link}#{place}"


@pytest.mark.parametrize("page", COMMANDS, ids=lambda page: page.name)
def test_commands_print_what_stands_below_them(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"```sh\n([^`]*)```\n```text\n([^`]*)```", page.read_text("utf-8"))
    ran = 0
    for commands, shown in blocks:
        for command in commands.replace("\\\n", " ").splitlines():
            _python, *words = shlex.split(command.replace(" tests/", f" {ROOT}/tests/"))
            if words[:2] == ["-m", "analysis"]:
                assert main(words[2:]) == 0, command
                ran += 1
        if printed := capsys.readouterr().out:
            lines = {"…"} | {round_numbers(line) for line in printed.splitlines()}
            assert [line for line in shown.splitlines() if round_numbers(line) not in lines] == []
    assert ran == 7


@pytest.mark.parametrize("page", COMMANDS, ids=lambda page: page.name)
def test_the_design_file_on_the_page_gives_the_object_below_it(page: Path, tmp_path: Path) -> None:
    design, shown = re.findall(r"```json\n(.*?)```", page.read_text("utf-8"), flags=re.DOTALL)
    (tmp_path / "design.json").write_text(design, "utf-8")
    data, out = ROOT / "tests/golden/data/syn_a_province.csv", tmp_path / "tables.json"
    assert main(["estimate", str(data), "--design", str(tmp_path / "design.json"), "--out", str(out)]) == 0
    rows = json.loads(out.read_text("utf-8"))
    expected = json.loads(shown)
    assert round_numbers(json.dumps(rows[0])) == round_numbers(json.dumps(expected))
    assert re.search(rf"\b{len(rows)}\b", page.read_text("utf-8"))


@pytest.mark.parametrize("page", COMMANDS, ids=lambda page: page.name)
def test_python_on_the_page_prints_what_stands_below_it(
    page: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ((code, shown),) = re.findall(r"```python\n([^`]*)```\n```text\n([^`]*)```", page.read_text("utf-8"))
    monkeypatch.chdir(ROOT)
    exec(code, {})
    assert capsys.readouterr().out == shown


def test_both_pages_on_the_commands_hold_the_same_code() -> None:
    english, vietnamese = (
        re.findall(r"```(?:sh|json|text)\n(.*?)```", page.read_text("utf-8"), flags=re.DOTALL) for page in COMMANDS
    )
    assert [block.replace("COMMAND", "LỆNH") for block in english] == vietnamese


@pytest.mark.parametrize("page", [*PAGES, ROOT / "tests/golden/README.md"], ids=lambda page: page.name)
def test_pages_say_how_many_reference_cases_there_are(page: Path) -> None:
    assert f" {len(list((ROOT / 'tests/golden/cases').glob('*.json')))} " in page.read_text("utf-8")


@pytest.mark.long
def test_r_prints_the_figures_beside_its_code(tmp_path: Path) -> None:
    probe = [RSCRIPT, "-e", "stopifnot(requireNamespace('survey'), requireNamespace('digest'))"]
    if shutil.which(RSCRIPT) is None or subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("needs R with the packages survey and digest")
    environment = {**os.environ, "HAILONG_INSTANCE": str(tmp_path)}
    for words in ("init", "demonstration", f"results export {DEMONSTRATION} --out {tmp_path}/export"):
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *words.split()]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    code = "\n".join(read_r(PAGES[0]))
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    (tmp_path / "page.R").write_text("options(digits = 10)\n" + code, "utf-8")

    done = subprocess.run([RSCRIPT, "page.R"], cwd=tmp_path, check=True, capture_output=True, text=True).stdout

    printed = [float(number) for number in re.findall(r"-?\d+\.?\d*(?:e[-+]\d+)?", done)]
    for figure in read_figures(code):
        decimals = len(figure.partition(".")[2])
        assert any(abs(number - float(figure)) <= 0.5001 * 10**-decimals for number in printed), figure
    assert re.findall(r"D03C\d\d", done)[:4] == ["D03C01", "D03C04", "D03C06", "D03C12"]
