"""The figures of a survey from its answers with numpy and the formulas of docs/method.md, and nothing of the product.

`Sample` knows the draw; `figures` gives of every index, factor and scale item what `results estimate` must print.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from tests.walk.made_answers import Answers, items_of, missing_codes, on_path, sides_of

Column = NDArray[np.float64]


@dataclass(frozen=True)
class Ratio:
    """y over x of each respondent, and the linearised value of each."""

    value: float
    z: Column
    x: Column


class Sample:
    """Respondents in communes drawn without replacement within strata; the second stage counts as with replacement.

    ``population`` has the communes of each stratum.
    """

    def __init__(self, commune: Sequence[str], stratum: Sequence[str], population: dict[str, int]) -> None:
        self.commune, self.stratum = (
            np.unique(commune, return_inverse=True)[1],
            np.unique(stratum, return_inverse=True)[1],
        )
        sizes = [population[name] for name in sorted(set(stratum))]
        self.strata = []
        self.weight = np.zeros(len(commune))
        for number, size in enumerate(sizes):
            places = np.unique(self.commune[self.stratum == number])
            self.strata.append((size, [np.flatnonzero(self.commune == place) for place in places]))
            self.weight[self.stratum == number] = size / len(places)

    def ratio(self, y: Column, x: Column) -> Ratio:
        """Σwy/Σwx."""
        total = float(self.weight @ x)
        if total == 0:
            return Ratio(np.nan, np.zeros(len(x)), x)
        value = float(self.weight @ y) / total
        return Ratio(value, self.weight * (y - value * x) / total, x)

    def variance(self, z: Column) -> float:
        """Cochran's two stages; a unit that stands alone is compared with 0."""
        found = 0.0
        for size, places in self.strata:
            share, groups = len(places) / size, [z[rows] for rows in places]
            found += (1 - share) * _spread(np.array([group.sum() for group in groups]))
            found += share * sum(_spread(group) for group in groups)
        return found

    def degrees(self, counted: NDArray[np.bool_]) -> int:
        """Communes minus strata with somebody who counts."""
        return len(set(self.commune[counted])) - len(set(self.stratum[counted]))


def _spread(values: Column) -> float:
    m = len(values)
    return float(values @ values if m == 1 else m / (m - 1) * ((values - values.mean()) ** 2).sum())


def figures(plain: dict[str, Any], sample: Sample, people: Sequence[Answers]) -> dict[tuple[str, str], dict[str, Any]]:
    """Kind and key of each figure, with estimate, se, df, n, respondents, base and what else its kind has."""
    table = _Table(plain, sample, people)
    found = {}
    for index in plain.get("indices", ()):
        found["index", index["key"]] = table.index(index)
    for section in plain["sections"]:
        keys = [item["key"] for item in section["items"] if "scale" in item]
        if section.get("factor") and keys:
            found["section", section["key"]] = table.pooled(keys)
    for item in items_of(plain):
        if "scale" in item:
            found["item", item["key"]] = table.pooled([item["key"]])
    return found


class _Table:
    def __init__(self, plain: dict[str, Any], sample: Sample, people: Sequence[Answers]) -> None:
        self.plain, self.sample = plain, sample
        self.items = {item["key"]: item for item in items_of(plain)}
        walked = [on_path(plain, person) for person in people]
        self.asked = {key: np.array([key in asked for _kept, asked in walked]) for key in self.items}
        self.given = {key: [kept.get(key) for kept, _asked in walked] for key in self.items}

    def numbers(self, key: str) -> Column:
        """Points, codes or numbers; NaN for what is missing or declared so."""
        outside = missing_codes(self.plain, self.items[key])
        return np.array([np.nan if one is None or one in outside else float(one) for one in self.given[key]])

    def among(self, key: str, values: Sequence[Any]) -> Column:
        """1 where the answer is one of the values, 0 where it is another that counts, NaN where none does."""
        outside = missing_codes(self.plain, self.items[key])
        return np.array([np.nan if one is None or one in outside else float(one in values) for one in self.given[key]])

    def members(self, index: dict[str, Any], kind: str) -> list[str]:
        """The questions of one type behind an index."""
        inside = {section["key"]: [item["key"] for item in section["items"]] for section in self.plain["sections"]}
        keys = dict.fromkeys(key for part in index["of"] for key in inside.get(part, [part]))
        return [key for key in keys if key in self.items and self.items[key].get("type", "scale") == kind]

    def pooled(self, keys: list[str]) -> dict[str, Any]:
        """The share of satisfied answers, with the three sides."""
        sides = [sides_of(self.plain, self.items[key]) for key in keys]
        yes = [self.among(key, side[0]) for key, side in zip(keys, sides, strict=True)]
        no = [self.among(key, side[1]) for key, side in zip(keys, sides, strict=True)]
        found = self._sums(yes, keys)
        weight, x = self.sample.weight, (~np.isnan(np.column_stack(yes))).sum(axis=1)
        bad = float(weight @ np.nansum(np.column_stack(no), axis=1)) / float(weight @ x)
        good = found["estimate"]
        return found | {"shares": {"satisfied": good, "neutral": 1 - good - bad, "dissatisfied": bad}, "unit": "share"}

    def index(self, index: dict[str, Any]) -> dict[str, Any]:
        """The figure of an index by its kind."""
        kind = index["kind"]
        if kind == "satisfied_share" and index.get("pool", "answers") == "answers":
            return self.pooled(self.members(index, "scale"))
        if kind == "satisfied_share":
            keys = self.members(index, "scale")
            rates = [self._mean(self.among(key, sides_of(self.plain, self.items[key])[0])) for key in keys]
            answered = [rate for rate in rates if np.isfinite(rate.value)]
            value, z = np.mean([rate.value for rate in answered]), np.mean([rate.z for rate in answered], axis=0)
            return self._figure(float(value), z, answered, keys) | {"unit": "share"}
        if kind == "all_satisfied":
            keys = self.members(index, "scale")
            yes = np.column_stack([self.among(key, sides_of(self.plain, self.items[key])[0]) for key in keys])
            any_given = (~np.isnan(yes)).any(axis=1).astype(float)
            every = (np.nanmin(np.where(np.isnan(yes), 1.0, yes), axis=1) == 1) * any_given
            ratio = self.sample.ratio(every, any_given)
            base = int(np.any([self.asked[key] for key in keys], axis=0).sum())
            return self._figure(ratio.value, ratio.z, [ratio], keys) | {"base": base, "unit": "share"}
        if kind == "mean_score":
            return self._mean_score(index) | {"unit": "points"}
        if kind == "expectation_met":
            keys = self.members(index, "number")
            return self._sums([self.numbers(key) for key in keys], keys) | {"unit": "percent"}
        own = {one["key"]: one for one in self.plain["indices"]}
        parts = [own[key] for key in index["of"]] if kind == "papi_total" else [index]
        return self._papi(parts) | {"unit": "points"}

    def _mean_score(self, index: dict[str, Any]) -> dict[str, Any]:
        columns, keys = [], self.members(index, "scale")
        for key in keys:
            points = [one["value"] for one in self.plain["scales"][self.items[key]["scale"]]["points"]]
            low, high = min(points), max(points)
            values = self.numbers(key)
            columns.append(low + high - values if self.items[key].get("direction") == "negative" else values)
        found = self._sums(columns, keys)
        on_hundred = (found["estimate"] - low) / (high - low) * 100 if index.get("rescale") else None
        return found | {"on_hundred": on_hundred}

    def _papi(self, dimensions: list[dict[str, Any]]) -> dict[str, Any]:
        value, z, ratios, keys = 0.0, np.zeros(len(self.sample.commune)), [], []
        for dimension in dimensions:
            m = len(dimension["sub_dimensions"])
            for part in dimension["sub_dimensions"]:
                scores = [self._indicator(one, 1 / m, 10 / m) for one in part["indicators"]]
                known = [score for score in scores if np.isfinite(score[0])]
                value += float(np.mean([score[0] for score in known]))
                z = z + np.mean([score[1] for score in known], axis=0)
                ratios += [score[2] for score in known]
                keys += [one["item"] for one in part["indicators"]]
        return self._figure(value, z, ratios, list(dict.fromkeys(keys)))

    def _indicator(self, one: dict[str, Any], low: float, high: float) -> tuple[float, Column, Ratio]:
        values = self.among(one["item"], one["codes"]) if "codes" in one else self.numbers(one["item"])
        ratio = self._mean(values)
        least, most = one["min"], one["max"]
        inside = min(max(ratio.value, least), most)
        share, sign = (inside - least) / (most - least), 1.0
        if one.get("negative"):
            share, sign = 1 - share, -1.0
        slope = sign * (high - low) / (most - least) if least <= ratio.value <= most else 0.0
        return low + share * (high - low), slope * ratio.z, ratio

    def _mean(self, values: Column) -> Ratio:
        return self.sample.ratio(np.nan_to_num(values), (~np.isnan(values)).astype(float))

    def _sums(self, columns: list[Column], keys: list[str]) -> dict[str, Any]:
        matrix = np.column_stack(columns)
        ratio = self.sample.ratio(np.nansum(matrix, axis=1), (~np.isnan(matrix)).sum(axis=1).astype(float))
        return self._figure(ratio.value, ratio.z, [ratio], keys)

    def _figure(self, value: float, z: Column, ratios: list[Ratio], keys: list[str]) -> dict[str, Any]:
        answers = np.sum([ratio.x for ratio in ratios], axis=0)
        return {
            "estimate": value,
            "se": float(np.sqrt(self.sample.variance(z))),
            "df": self.sample.degrees(answers > 0),
            "n": int(answers.sum()),
            "respondents": int((answers > 0).sum()),
            "n_psu": len(set(self.sample.commune[answers > 0])),
            "base": int(sum(self.asked[key].sum() for key in keys)),
        }


def interval(figure: dict[str, Any], level: float = 0.95) -> tuple[float, float]:
    """Wilson's limits of a share with the effective sample size, the plain ones of anything else."""
    t = float(stats.t.ppf((1 + level) / 2, figure["df"]))
    p, se = figure["estimate"], figure["se"]
    if figure["unit"] != "share":
        return p - t * se, p + t * se
    effective = min(p * (1 - p) / se**2, figure["n"])
    c = t * t / effective
    half = t / (2 * effective) * np.sqrt(4 * effective * p * (1 - p) + t * t)
    return float((p + c / 2 - half) / (1 + c)), float((p + c / 2 + half) / (1 + c))


def verdict(low: float, high: float, rate: float, operator: str) -> str:
    """Met, not met or not proven."""
    if operator == "gt":
        return "met" if low > rate else "not_met" if high <= rate else "not_proven"
    return "met" if low >= rate else "not_met" if high < rate else "not_proven"


def rows_of(report: dict[str, Any], communes: Sequence[str]) -> Sample:
    """The sample behind the rows of a file, from the report of the draw."""
    stratum = {unit["code"]: unit["stratum"] for unit in report["units"]}
    sizes = {one["stratum"]: one["size"] for one in report["strata"]}
    return Sample(communes, [stratum[code] for code in communes], sizes)


def drawn_communes(report: dict[str, Any]) -> Iterator[str]:
    """The codes of the drawn communes."""
    return (unit["code"] for unit in report["units"] if unit["drawn"])
