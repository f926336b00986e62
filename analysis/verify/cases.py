"""One reference case: what is asked, of which data, and what another program answered."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.csv_table import CsvTable
from analysis.design import SurveyDesign
from analysis.design_file import declare_from
from analysis.errors import TableError

SCALARS = ("type", "variable", "rows", "row", "col", "qrule", "interval_type", "numerator", "denominator")
"""Keys of an estimand that hold one value, maybe in a list of one."""
CONDITION = re.compile(r"(?P<name>[\w.]+)\s*(?P<sign>==|!=|>=|<=|>|<|%in%)\s*(?P<label>.+)")
OPERATOR = re.compile(r"==|!=|>|<|%in%|=")


@dataclass(frozen=True)
class Case:
    """A case of a golden folder; its file's schema is in tests/golden/README.md.

    Attributes
    ----------
    folder : Path
        The golden folder; paths of data are relative to it.
    name : str
    estimand : dict
        ``type`` and what that type needs.
    design : dict
        The design of R's ``svydesign``; empty where the case has none.
    data : str or None
    tolerance : dict
        ``rel`` and ``abs``.
    results : list of dict
        What the other program answered.
    alternatives : list of list of dict
        Answers of further engines that are accepted as well.
    code, notes : str
        The R or Python call that computed the results, where some settings stand, and remarks on it.
    """

    folder: Path
    name: str
    estimand: dict[str, Any]
    design: dict[str, Any]
    data: str | None
    tolerance: dict[str, float]
    results: list[dict[str, Any]]
    alternatives: list[list[dict[str, Any]]]
    code: str = ""
    notes: str = ""

    @classmethod
    def read(cls, path: Path) -> Case:
        """Read a case from its file.

        Parameters
        ----------
        path : Path
            ``cases/NAME.json`` of a golden folder.

        Raises
        ------
        TableError
            ``unreadable_file``; ``bad_case`` if it names no estimand.
        """
        try:
            document = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise TableError("unreadable_file", f"{path} cannot be read as JSON: {error}") from error
        if not isinstance(document, dict) or not isinstance(document.get("estimand"), dict):
            raise TableError("bad_case", f"{path} holds no case with an estimand")
        others = document.get("alt_results") or []
        return cls(
            folder=path.parent.parent,
            name=str(document.get("name", path.stem)),
            estimand={key: only(value) if key in SCALARS else value for key, value in document["estimand"].items()},
            design=document.get("design") or {},
            data=only(document.get("data")),
            tolerance={"rel": 1e-6, "abs": 1e-9} | (document.get("tolerance") or {}),
            results=as_list(document.get("results")),
            alternatives=[as_list(other["results"]) for other in as_list(others)],
            code=str(document.get("r_code") or document.get("python_code") or ""),
            notes=str(document.get("notes") or ""),
        )

    def table(self) -> CsvTable:
        """Return the data of the case, only the rows that ``estimand.rows`` keeps (``"wave==1"``).

        Returns
        -------
        CsvTable

        Raises
        ------
        TableError
            ``no_data``, and as `CsvTable.read`.
        """
        if self.data is None:
            raise TableError("no_data", f"case {self.name} names no data")
        return read_rows(self.folder / self.data, self.estimand.get("rows"))

    def declare(self, table: CsvTable) -> SurveyDesign:
        """Declare the design of the case.

        Parameters
        ----------
        table : CsvTable
            Its data. A weight that is no column of it is R's constant 1.

        Returns
        -------
        SurveyDesign

        Raises
        ------
        DesignError
            As `analysis.design_file.declare_from`.
        """
        spec = dict(self.design) | {key: only(self.design.get(key)) for key in ("strata", "weights")}
        constant = spec["weights"] is not None and spec["weights"] not in table
        design = declare_from(spec | ({"weights": None} if constant else {}), table)
        return design.with_weights(np.ones(len(table))) if constant else design


@lru_cache(maxsize=32)
def read_rows(path: Path, rows: str | None) -> CsvTable:
    """Read a table and keep the rows that a condition names.

    Parameters
    ----------
    path : Path
    rows : str or None
        ``column==label``, with ``!=``, ``>=``, ``<=``, ``>``, ``<`` or ``%in% c(…)`` for ``==``, several joined by
        ``&``; a text without any of these is no filter, only a remark.

    Returns
    -------
    CsvTable

    Raises
    ------
    TableError
        As `CsvTable.read`; ``unknown_column``, ``bad_rows``.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "data.csv")
    ...     _ = path.write_text(chr(10).join(["wave,y", "1,5", "2,4"]))
    ...     read_rows(path, "wave==2").numbers("y").tolist(), len(read_rows(path, "valid answers only"))
    ([4.0], 2)
    """
    table = CsvTable.read(path, codes_as_numbers=True)
    if not rows or not OPERATOR.search(rows):
        return table
    kept = np.ones(len(table), dtype=np.bool_)
    for condition in rows.split("&"):
        kept &= _mark_rows(table, condition.strip())
    return table.select(kept)


def _mark_rows(table: CsvTable, condition: str) -> NDArray[np.bool_]:
    """Mark the rows of one condition, such as ``wave==1`` or ``age>=30``."""
    found = CONDITION.fullmatch(condition)
    if found is None:
        raise TableError("bad_rows", f"the condition {condition!r} is not understood; write column==label")
    name, sign, label = found["name"], found["sign"], found["label"].strip()
    if sign == "%in%":
        labels = re.findall(r"[^\s,()]+", label.removeprefix("c"))
        return np.any([table.matching({name: one.strip("'\"")}) for one in labels], axis=0)
    if sign in ("==", "!="):
        same = table.matching({name: label.strip("'\"")})
        return same if sign == "==" else ~same & (table.labels(name) != "")
    values, limit = table.numbers(name), float(label)
    compare = {">=": np.greater_equal, "<=": np.less_equal, ">": np.greater, "<": np.less}[sign]
    return np.asarray(compare(values, limit), dtype=np.bool_)


def only(value: Any) -> Any:
    """Return the one element of a list of one, anything else as it is: a scalar stands for a list of one.

    Parameters
    ----------
    value : object

    Returns
    -------
    object

    Examples
    --------
    >>> only(["w"]), only("w"), only(None)
    ('w', 'w', None)
    """
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def as_list(value: Any) -> list[Any]:
    """Return a list as it is, a scalar as a list of one, nothing as an empty list.

    Parameters
    ----------
    value : object

    Returns
    -------
    list

    Examples
    --------
    >>> as_list([1, 2]), as_list(3), as_list(None)
    ([1, 2], [3], [])
    """
    return [] if value is None else list(value) if isinstance(value, list) else [value]
