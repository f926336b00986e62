"""Languages: Vietnamese first, English second; numbers, percentages and dates as each writes them."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from flask import Flask, has_request_context, request, session
from flask_babel import Babel, get_locale, refresh
from markupsafe import Markup

LANGUAGES = {"vi": "Tiếng Việt", "en": "English"}
PROVINCE_TIME = ZoneInfo("Asia/Ho_Chi_Minh")
DASH = "–"
#: Addresses that programs ask for: their language is the one the request names, and no session remembers it.
FOR_PROGRAMS = ("/api/v1/", "/odk/")
#: Pages that any cache may keep: their address alone names the language.
BY_ADDRESS = ("/ket-qua", "/sitemap.xml", "/robots.txt")


def init_i18n(app: Flask) -> None:
    """Attach Babel, the language choice (``?lang=en``, remembered in the session) and the number filters."""
    app.config["BABEL_DEFAULT_LOCALE"] = "vi"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "../translations"
    Babel(app, locale_selector=_chosen_language)
    app.before_request(_remember_language)
    app.add_template_filter(percent, "percent1")
    app.add_template_filter(number, "number0")
    app.add_template_filter(decimal, "decimal1")
    app.add_template_filter(day, "date_vi")
    app.add_template_filter(moment, "datetime_vi")


def language() -> str:
    """The language of the present request, or the one that `force_locale` set; Vietnamese outside both."""
    locale = get_locale()
    return locale.language if locale is not None else "vi"


def switch_language(code: str) -> None:
    """Speak another language for the rest of this request and of the session."""
    session["language"] = code
    refresh()


def today() -> date:
    """The day in the province, whatever the clock of the server says."""
    return datetime.now(PROVINCE_TIME).date()


def _chosen_language() -> str:
    if not has_request_context():
        return "vi"
    if request.path.startswith(FOR_PROGRAMS):
        wanted = (tag.partition("-")[0].lower() for tag, quality in request.accept_languages if quality)
        return next((code for code in wanted if code in LANGUAGES), "vi")
    asked = request.args.get("lang")
    if asked in LANGUAGES:
        return asked
    if request.path.startswith(BY_ADDRESS):
        return "vi"
    chosen = session.get("language")
    return chosen if chosen in LANGUAGES else "vi"


def _remember_language() -> None:
    asked = None if request.path.startswith(FOR_PROGRAMS + BY_ADDRESS) else request.args.get("lang")
    if asked in LANGUAGES and session.get("language", "vi") != asked:
        session["language"] = asked


def _locale() -> Locale:
    return Locale.parse(language())


def decimal(value: float | None, places: int = 1) -> str:
    """A number with a fixed count of decimals, 1.234,5 in Vietnamese; a dash for nothing."""
    if value is None:
        return DASH
    return _written(value, places, language())


@lru_cache(maxsize=8192)
def _written(value: float, places: int, code: str) -> str:
    """Kept, because a page of tables writes the same few hundred numbers thousands of times."""
    pattern = "#,##0." + "0" * places if places else "#,##0"
    return str(format_decimal(value, format=pattern, locale=Locale.parse(code)))


def number(value: int | None) -> str:
    """A whole number with thousands separated."""
    return decimal(value, 0)


def percent(value: float | None) -> str:
    """A share as a percentage with one decimal: 0.8241 → 82,4%."""
    return DASH if value is None else f"{decimal(value * 100)}%"


def day(value: date | None) -> str:
    """A date: 20/11/2026 in Vietnamese, 20 Nov 2026 in English; of a time, the day it was in the province."""
    if value is None:
        return DASH
    if isinstance(value, datetime):
        value = value.astimezone(PROVINCE_TIME).date()
    return str(format_date(value, format="dd/MM/yyyy" if language() == "vi" else "d MMM yyyy", locale=_locale()))


def moment(value: datetime | None) -> Markup | str:
    """A time in the province, with its machine-readable form."""
    if value is None:
        return DASH
    local = value.astimezone(PROVINCE_TIME)
    pattern = "HH:mm dd/MM/yyyy" if language() == "vi" else "d MMM yyyy, HH:mm"
    shown = format_datetime(local, format=pattern, locale=_locale())
    return Markup('<time datetime="{}">{}</time>').format(local.isoformat(timespec="seconds"), shown)
