"""Links on paper: a poster for each place, slips with personal links for the receipts; A4, by WeasyPrint."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import segno
from flask_babel import force_locale
from flask_babel import gettext as _
from markupsafe import Markup

from survey_app.errors import UserError
from survey_app.geography.models import Unit
from survey_app.pdf import page_for_print, render_pdf
from survey_app.sampling.models import FrameUnit
from survey_app.surveys.models import Survey

#: A PDF is made while somebody waits.
MAXIMUM_POSTERS = 300
MAXIMUM_SLIPS = 1_000
SLIPS_ON_A_PAGE = 8


def poster_pdf(survey: Survey, places: Sequence[tuple[Unit, str]], *, code: str, minutes: int) -> bytes:
    """One A4 page for each place with the QR code and the address of its open link.

    Parameters
    ----------
    places : sequence of (Unit, str)
        Each with its address.
    code : {"vi", "en"}
        The language of the poster.

    Raises
    ------
    UserError
        Nothing to print, or too much at once.
    """
    if not places:
        raise UserError(_("Chưa có nơi nào để in áp phích. Xin bốc mẫu trước, hoặc chọn nơi khác."))
    if len(places) > MAXIMUM_POSTERS:
        raise UserError(_("Mỗi lần in nhiều nhất %(limit)s áp phích. Xin chọn từng nơi.", limit=MAXIMUM_POSTERS))
    with force_locale(code):
        html = page_for_print(
            "office/posters_pdf.html",
            survey=survey,
            posters=[(unit, address, _square(address)) for unit, address in places],
            minutes=minutes,
        )
    return render_pdf(html)


def slips_pdf(
    survey: Survey, links: Sequence[tuple[FrameUnit, str]], *, expires_at: datetime, minutes: int, code: str = "vi"
) -> bytes:
    """Slips to cut out, eight on a page, each with one personal link.

    Parameters
    ----------
    links : sequence of (FrameUnit, str)
        Each with the address that opens the form once.

    Raises
    ------
    UserError
        Too many for one file.
    """
    if len(links) > MAXIMUM_SLIPS:
        raise UserError(
            _(
                "Mỗi tệp in được nhiều nhất %(limit)s phiếu mời. Xin giảm số phiếu mỗi nơi, chọn từng nơi, "
                "hoặc lấy tệp CSV.",
                limit=MAXIMUM_SLIPS,
            )
        )
    slips = [(entry.unit, address, _square(address)) for entry, address in links]
    with force_locale(code):
        html = page_for_print(
            "office/slips_pdf.html",
            survey=survey,
            sheets=[slips[first : first + SLIPS_ON_A_PAGE] for first in range(0, len(slips), SLIPS_ON_A_PAGE)],
            expires_at=expires_at,
            minutes=minutes,
        )
    return render_pdf(html)


def _square(address: str) -> Markup:
    """The QR code as a drawing; quartiles of it may be dirty or torn."""
    drawing = segno.make(address, error="q").svg_inline(border=2, omitsize=True, svgclass=None, lineclass=None)
    return Markup(drawing)  # noqa: S704  made of modules alone
