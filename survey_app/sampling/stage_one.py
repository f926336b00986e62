"""The first stage of a draw: units by stratum, as plain values in and out, so that anyone can redo it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import numpy as np
from flask_babel import gettext as _
from numpy.typing import NDArray

from analysis.sampling import (
    allocate,
    allocate_whole,
    draw_pareto,
    draw_smallest,
    pareto_inclusion_probabilities,
    permanent_random_number,
    proportional_probabilities,
    select_systematically,
    shift_random_number,
)
from survey_app.errors import UserError

METHODS = ("srswor", "pareto", "systematic")


@dataclass(frozen=True, slots=True)
class Entry:
    """A unit of the frame.

    Attributes
    ----------
    cluster : str
        Code of what is drawn: the unit itself, or the district that is drawn as a whole.
    size : float or None
        Measure of size, needed for draws in proportion to it.
    """

    code: str
    name: str
    stratum: str
    stratum_name: str
    cluster: str
    size: float | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """How the first stage is drawn; the share or the number counts what is drawn, communes or districts.

    Attributes
    ----------
    number : int or None
        Instead of the share: how many are drawn in all, shared out in proportion to the strata.
    take_all : frozenset of str
        Strata that are taken whole, beside the share or the number.
    shift : float
        Added to every random number: 0 keeps the units of an earlier wave with the same seed, 0.5 leaves them.
    """

    method: str
    share: float
    number: int | None
    rule: str
    minimum: int
    take_all: frozenset[str] = frozenset()
    shift: float = 0.0


@dataclass(frozen=True, slots=True)
class StratumPlan:
    """A stratum before the draw: what it holds (N_h) and how much of it is drawn (n_h), in clusters."""

    stratum: str
    name: str
    entries: tuple[Entry, ...]
    clusters: tuple[str, ...]
    drawn: int

    minimum: int = 0

    @property
    def size(self) -> int:
        """N_h."""
        return len(self.clusters)

    @property
    def is_short(self) -> bool:
        """Whether it holds fewer than the minimum of a stratum, and is taken whole."""
        return self.size < self.minimum


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the draw made of a unit."""

    entry: Entry
    stratum_size: int
    stratum_drawn: int
    random_number: float
    probability: float
    certainty: bool
    drawn: bool


def plan_strata(entries: Sequence[Entry], rules: Rules) -> list[StratumPlan]:
    """Share the sample out among the strata.

    Raises
    ------
    UserError
        A stratum to be taken whole that does not exist; a number that the strata cannot give.
    """
    ordered = sorted(entries, key=lambda entry: (entry.stratum, entry.code))
    groups = [(key, tuple(members)) for key, members in groupby(ordered, key=lambda entry: entry.stratum)]
    _refuse_torn_clusters(ordered)
    clusters = [tuple(dict.fromkeys(sorted(entry.cluster for entry in members))) for _key, members in groups]
    unknown = sorted(rules.take_all - {key for key, _members in groups})
    if unknown:
        raise UserError(_("Không có tầng nào mang mã %(codes)s để lấy hết.", codes=", ".join(unknown)[:200]))
    counts = _counts([len(codes) for codes in clusters], [key in rules.take_all for key, _members in groups], rules)
    return [
        StratumPlan(key, members[0].stratum_name or key, members, codes, int(count), rules.minimum)
        for (key, members), codes, count in zip(groups, clusters, counts, strict=True)
    ]


def _refuse_torn_clusters(entries: Sequence[Entry]) -> None:
    strata: dict[str, str] = {}
    for entry in entries:
        if strata.setdefault(entry.cluster, entry.stratum) != entry.stratum:
            raise UserError(
                _(
                    "Huyện mang mã %(code)s có đơn vị ở hai tầng. Bốc cả huyện thì mọi đơn vị của huyện phải cùng "
                    "một tầng.",
                    code=entry.cluster,
                )
            )


def _counts(sizes: list[int], whole: list[bool], rules: Rules) -> NDArray[np.int64]:
    counts = np.array(sizes, dtype=np.int64)
    rest = [place for place, all_of_it in enumerate(whole) if not all_of_it]
    left = [sizes[place] for place in rest]
    if not left:
        return counts
    if rules.number is None:
        counts[rest] = allocate(
            left, rules.share, minimum=rules.minimum, rule="total" if rules.rule == "total" else "each_stratum"
        )
        return counts
    minimum = [min(rules.minimum, size) for size in left]
    if not sum(minimum) <= rules.number <= sum(left):
        raise UserError(
            _(
                "Không bốc được %(number)s: các tầng cần ít nhất %(least)s và có nhiều nhất %(most)s.",
                number=rules.number,
                least=sum(minimum),
                most=sum(left),
            )
        )
    counts[rest] = allocate_whole(left, rules.number, minimum=minimum, maximum=left)
    return counts


def draw_strata(strata: Sequence[StratumPlan], rules: Rules, seed: str) -> list[Outcome]:
    """Draw every stratum with permanent random numbers; the same for the same frame, rules and seed.

    Raises
    ------
    UserError
        A stratum of which nothing would be drawn; a unit without a size where the draw needs one.
    """
    return [outcome for stratum in strata for outcome in _draw_stratum(stratum, rules, seed)]


def _draw_stratum(stratum: StratumPlan, rules: Rules, seed: str) -> list[Outcome]:
    if stratum.drawn == 0:
        raise UserError(
            _(
                "Tầng „%(name)s” không được bốc xã nào nên không đại diện được. Xin đặt ít nhất 1 xã mỗi tầng.",
                name=stratum.name,
            )
        )
    codes = list(stratum.clusters)
    wanted, stated = _chances(stratum, rules.method)
    if _is_equal(stratum, rules.method):
        drawn = set(draw_smallest(codes, seed, stratum.drawn, shift=rules.shift))
    elif rules.method == "pareto":
        drawn = set(draw_pareto(codes, seed, wanted, shift=rules.shift))
    else:
        start = shift_random_number(permanent_random_number(seed, f"{stratum.stratum}|start"), rules.shift)
        drawn = set(np.array(codes)[select_systematically(np.array(wanted), start)].tolist())
    chance = dict(zip(codes, stated, strict=True))
    return [
        Outcome(
            entry,
            stratum.size,
            stratum.drawn,
            shift_random_number(permanent_random_number(seed, entry.cluster), rules.shift),
            chance[entry.cluster],
            chance[entry.cluster] >= 1,
            entry.cluster in drawn,
        )
        for entry in stratum.entries
    ]


def _is_equal(stratum: StratumPlan, method: str) -> bool:
    return method == "srswor" or stratum.drawn == stratum.size


@lru_cache(maxsize=1024)
def _chances(stratum: StratumPlan, method: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The probabilities a draw is made with and those it comes to; they do not depend on the seed."""
    if _is_equal(stratum, method):
        equal = (stratum.drawn / stratum.size,) * stratum.size
        return equal, equal
    wanted = proportional_probabilities(_sizes(stratum), stratum.drawn)
    stated = pareto_inclusion_probabilities(wanted) if method == "pareto" else wanted
    return tuple(wanted.tolist()), tuple(stated.tolist())


def _sizes(stratum: StratumPlan) -> list[float]:
    sizes = dict.fromkeys(stratum.clusters, 0.0)
    for entry in stratum.entries:
        if entry.size is None or not entry.size > 0:
            raise UserError(
                _(
                    "%(name)s chưa có quy mô. Bốc theo quy mô cần danh sách có cột quy mô, mọi dòng lớn hơn 0.",
                    name=entry.name,
                )
            )
        sizes[entry.cluster] += entry.size
    return list(sizes.values())
