"""Conditions written as ``relevant`` expressions that mean the same in ODK.

In ODK an unanswered question is the empty text: every comparison with it by order is false, ``selected`` is false, and
``!=`` is true, so that only ``not_in`` has to ask for an answer. A missing code is an answer there like any other, and
is excluded where our comparison would not count it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from survey_app.instruments.condition_models import AllOf, Comparison, Condition, Negation
from survey_app.instruments.conditions import missing_codes
from survey_app.instruments.items import DateItem, Item, MultipleItem, NumberItem, RankingItem
from survey_app.instruments.schema import Instrument

from .expressions import plain_number
from .layout import named

Value = int | float | str


def write_condition(condition: Condition, instrument: Instrument, missing_rows: Mapping[str, str]) -> str:
    """The expression; ``missing_rows`` names, by item, the row where words for a missing number or day are chosen."""
    if isinstance(condition, Comparison):
        return _compared(condition, instrument, missing_rows)
    if isinstance(condition, Negation):
        return f"not({write_condition(condition.part, instrument, missing_rows)})"
    word = " and " if isinstance(condition, AllOf) else " or "
    parts = [write_condition(part, instrument, missing_rows) for part in condition.parts]
    return word.join(_in_brackets(part) if len(parts) > 1 else part for part in parts)


def _in_brackets(text: str) -> str:
    return f"({text})" if " and " in text or " or " in text else text


def _compared(comparison: Comparison, instrument: Instrument, missing_rows: Mapping[str, str]) -> str:
    item = instrument.item(comparison.item)
    words = {str(code) for code in missing_codes(item.key, instrument)}
    operator = comparison.operator
    reference = named(item.key)

    def chosen(value: Value) -> str:
        if isinstance(item, (NumberItem, DateItem)) and str(value) in words:
            return f"{named(missing_rows[item.key])} = '{value}'"
        return _chosen(item, value, operator)

    if operator in ("in", "eq"):
        return " or ".join(chosen(value) for value in comparison.values)
    if operator == "not_in":
        return _not_listed(item, comparison, words, chosen)
    sign = ">=" if operator == "ge" else "<="
    limit = comparison.values[0]
    told = [f"{reference} {sign} {_literal(item, limit)}"]
    if not isinstance(item, (NumberItem, DateItem)):
        told += [f"{reference} != '{code}'" for code in sorted(words) if _in_reach(code, sign, limit)]
    return " and ".join(told)


def _not_listed(item: Item, comparison: Comparison, words: set[str], chosen: Callable[[Value], str]) -> str:
    if isinstance(item, (NumberItem, DateItem)):  # their words are chosen in another row
        listed = [value for value in comparison.values if value not in words]
    else:
        listed = [*comparison.values, *sorted(words - {str(value) for value in comparison.values})]
    return " and ".join([f"{named(item.key)} != ''", *(f"not({chosen(value)})" for value in listed)])


def _chosen(item: Item, value: Value, operator: str) -> str:
    reference = named(item.key)
    if isinstance(item, (NumberItem, DateItem)):
        return f"{reference} = {_literal(item, value)}"
    if isinstance(item, RankingItem) and item.places < len(item.options):  # ODK puts all options in order
        places = [f"selected-at({reference}, {place}) = '{value}'" for place in range(item.places)]
        return " or ".join(places)
    if operator == "eq" and not isinstance(item, (MultipleItem, RankingItem)):
        return f"{reference} = '{value}'"
    return f"selected({reference}, '{value}')"


def _literal(item: Item, value: Value) -> str:
    if isinstance(value, str):
        return f"date('{value}')" if isinstance(item, DateItem) else f"'{value}'"
    return plain_number(value)


def _in_reach(code: str, sign: str, limit: Value) -> bool:
    return isinstance(limit, (int, float)) and (float(code) >= limit if sign == ">=" else float(code) <= limit)
