"""The pages on method hold code that runs and figures that are right."""

import re
from pathlib import Path

import pytest
from test_r_own_design import estimate

from analysis import published_interval

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [DOCS / "method.md", DOCS / "phuong-phap.md"]


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
