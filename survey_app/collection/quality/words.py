"""What the figures of a collector say, in plain words and as no accusation."""

from __future__ import annotations

from flask_babel import format_percent
from flask_babel import gettext as _

from analysis.fieldwork_checks import ShareComparison
from survey_app.collection.quality.answer_tables import scale_answers
from survey_app.collection.quotas.words import answer_words
from survey_app.instruments.schema import Instrument


def unusual_words(instrument: Instrument, one: ShareComparison) -> str:
    """One sentence: which answer, how often, and how often elsewhere."""
    value = scale_answers(instrument)[one.item][one.answer]
    return _(
        "Câu %(number)s: „%(answer)s” ở %(share)s trong %(n)s phiếu; các điều tra viên khác cùng nơi là %(rest)s.",
        number=instrument.number_of(one.item),
        answer=answer_words(instrument, one.item)[str(value)],
        share=format_percent(one.share, "0.0%"),
        n=one.n,
        rest=format_percent(one.rest_share, "0.0%"),
    )
