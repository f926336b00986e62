"""The page of settings that `python -m analysis estimate` reads, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analysis.design_file import KEYS as DESIGN_KEYS
from analysis.errors import DesignError
from analysis.verdict import Operator

CODES = ("valid", "satisfied", "dissatisfied", "not_asked")
KEYS = {"items", "pooled", "by", "target", "target_operator", "level", "minimum_n", "note", *CODES}


@dataclass(frozen=True, slots=True)
class ItemCodes:
    """What the codes of one item mean; any other code is a missing answer.

    Attributes
    ----------
    valid, satisfied, dissatisfied, not_asked : tuple of float
    """

    valid: tuple[float, ...] = (1, 2, 3, 4, 5)
    satisfied: tuple[float, ...] = (4, 5)
    dissatisfied: tuple[float, ...] = (1, 2)
    not_asked: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Pool:
    """A measure that pools the answers to several items.

    Attributes
    ----------
    items : tuple of str
    kind : str
        ``index``: its parts are also judged as a list; anything else: only one by one.
    """

    items: tuple[str, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class TableSettings:
    """What to estimate, in which parts, against which target; read one with `read`.

    Attributes
    ----------
    design : dict
        For `analysis.design_file.declare_from`.
    items : dict of str to ItemCodes
    pooled : dict of str to Pool
    by : tuple of tuple of str
        Columns to break down by, crossed where there are several in one.
    target, level : float
        Between 0 and 1.
    operator : {"ge", "gt"}
    minimum_n : int
    """

    design: dict[str, Any]
    items: dict[str, ItemCodes]
    pooled: dict[str, Pool]
    by: tuple[tuple[str, ...], ...]
    target: float
    operator: Operator
    level: float
    minimum_n: int

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> TableSettings:
        """Check a mapping as it was read from JSON; what its keys mean is told by `analysis.table_plan.make_tables`.

        Parameters
        ----------
        given : mapping

        Raises
        ------
        DesignError
            ``unknown_key``, ``bad_setting``, ``nothing_to_estimate``, ``unknown_item``, ``name_twice``.
        """
        _refuse_unknown(given, KEYS | DESIGN_KEYS, "the settings")
        operator = given.get("target_operator", "ge")
        if operator not in ("ge", "gt"):
            raise _bad("target_operator", operator, '"ge" (at least) or "gt" (more than)')
        minimum = given.get("minimum_n", 10)
        if not isinstance(minimum, int) or isinstance(minimum, bool) or minimum < 0:
            raise _bad("minimum_n", minimum, "a whole number such as 10")
        items = _read_items(given)
        return cls(
            design={key: value for key, value in given.items() if key in DESIGN_KEYS},
            items=items,
            pooled=_read_pools(given.get("pooled") or {}, items),
            by=tuple(_read_names(by, "by") for by in _as_list(given.get("by"), "by")),
            target=_read_share(given.get("target", 0.8), "target"),
            operator=operator,
            level=_read_share(given.get("level", 0.95), "level"),
            minimum_n=minimum,
        )


def _read_items(given: Mapping[str, Any]) -> dict[str, ItemCodes]:
    common = _read_codes(given, ItemCodes(), "")
    items = given.get("items")
    if isinstance(items, Mapping):
        found = {}
        for name, codes in items.items():
            if not isinstance(codes or {}, Mapping):
                raise _bad(f"items.{name}", codes, 'codes such as {"satisfied": [4, 5]}')
            _refuse_unknown(codes or {}, set(CODES), f"items.{name}")
            found[str(name)] = _read_codes(codes or {}, common, f"items.{name}.")
    else:
        names = _read_names(items or [], "items")
        if len(set(names)) != len(names):
            raise DesignError("name_twice", "an item stands twice in items; keep one")
        found = dict.fromkeys(names, common)
    if not found:
        raise DesignError("nothing_to_estimate", 'name the columns of answers: {"items": ["q01", "q02"]}')
    return found


def _read_codes(given: Mapping[str, Any], default: ItemCodes, place: str) -> ItemCodes:
    codes = {}
    for key in CODES:
        value = given.get(key)
        numbers = getattr(default, key) if value is None else tuple(_as_list(value, place + key))
        if any(isinstance(code, bool) or not isinstance(code, int | float) for code in numbers):
            raise _bad(place + key, value, "numbers such as [4, 5]")
        codes[key] = numbers
    if not codes["valid"] or not codes["satisfied"]:
        raise _bad(place + "valid and satisfied", [], "at least one code each")
    return ItemCodes(**codes)


def _read_pools(given: Any, items: Mapping[str, ItemCodes]) -> dict[str, Pool]:
    if not isinstance(given, Mapping):
        raise _bad("pooled", given, 'names with items: {"index": ["q01", "q02"]}')
    pools = {}
    for name, members in given.items():
        plan = members if isinstance(members, Mapping) else {"items": members}
        _refuse_unknown(plan, {"items", "kind"}, f"pooled.{name}")
        names = _read_names(plan.get("items") or [], f"pooled.{name}")
        if not names:
            raise _bad(f"pooled.{name}", members, "at least one item")
        strangers = [key for key in names if key not in items]
        if strangers:
            raise DesignError("unknown_item", f"{name} pools {strangers[0]!r}, which is not among the items")
        if name in items:
            raise DesignError("name_twice", f"{name!r} is both an item and pooled; rename one")
        pools[str(name)] = Pool(names, str(plan.get("kind", "index")))
    return pools


def _read_names(value: Any, place: str) -> tuple[str, ...]:
    """Read column names; a single one stands for a list of one."""
    names = _as_list(value, place)
    if any(not isinstance(name, str) or not name for name in names):
        raise _bad(place, value, "names of columns")
    return tuple(names)


def _as_list(value: Any, place: str) -> list[Any]:
    if isinstance(value, Mapping):
        raise _bad(place, value, "a list")
    return [] if value is None else list(value) if isinstance(value, list | tuple) else [value]


def _read_share(value: Any, place: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1:
        raise _bad(place, value, "a number between 0 and 1, such as 0.8 for 80%")
    return float(value)


def _refuse_unknown(given: Mapping[str, Any], known: set[str], place: str) -> None:
    unknown = sorted(str(key) for key in set(given) - known)
    if unknown:
        raise DesignError("unknown_key", f"{place}: unknown key {unknown[0]!r}; use {', '.join(sorted(known))}")


def _bad(place: str, value: Any, wanted: str) -> DesignError:
    return DesignError("bad_setting", f"{place} is {value!r}; write {wanted}")
