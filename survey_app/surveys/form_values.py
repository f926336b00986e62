"""What people type into the forms of surveys, as plain values; what cannot be read stays as typed, for the checks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from survey_app.i18n import language
from survey_app.instruments.typed_values import TypedValueError, parse_date


def clean(text: str | None) -> str:
    """The text without spaces around it."""
    return (text or "").strip()


def as_share(text: str | None) -> float | str:
    """A percentage as people write it (30, 30,5, 30%) as a share; the text itself when it is none."""
    plain = clean(text).rstrip("%").strip().replace(",", ".")
    try:
        return round(float(plain) / 100, 10)
    except ValueError:
        return plain


def as_number(text: str | None) -> str:
    """A number with the decimal comma of Vietnamese as programs write it: 1,6 → 1.6."""
    return clean(text).replace(",", ".")


def as_day(text: str | None) -> date | str:
    """A day as a browser (2026-11-20) or a person (20/11/2026) writes it; the text itself when it is none."""
    try:
        return parse_date(clean(text))
    except TypedValueError:
        return clean(text)


def show_number(value: float | None) -> str:
    """A number as the language writes it, with every digit that matters and no thousands apart; empty for nothing."""
    if value is None:
        return ""
    text = format(Decimal(str(value)).normalize(), "f")
    return text.replace(".", ",") if language() == "vi" else text


def show_percentage(share: float | None) -> str:
    """A share as the percentage that `as_share` reads back: 0.305 → 30,5."""
    return "" if share is None else show_number(round(share * 100, 8))
