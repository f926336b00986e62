"""A comparison of two versions as lines to read and as plain values for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask_babel import gettext as _

from .comparability import Level, Verdict
from .comparison import Comparison
from .schema import Instrument


def comparison_lines(comparison: Comparison) -> Iterator[str]:
    """What changed, then what is still comparable, a line each."""
    yield f"{_name(comparison.before)} → {_name(comparison.after)}"
    if not comparison.changes:
        yield _("Hai phiên bản không khác nhau.")
        return
    yield ""
    yield _("Đã đổi: %(count)s điều", count=len(comparison.changes))
    yield from (f"  {change.words}" for change in comparison.changes)
    yield ""
    yield _("Câu hỏi qua thời gian")
    yield from _verdict_lines(comparison.items)
    if comparison.indices:
        yield ""
        yield _("Chỉ số qua thời gian")
        yield from _verdict_lines(comparison.indices)


def _verdict_lines(verdicts: Sequence[Verdict]) -> Iterator[str]:
    same = [verdict.key for verdict in verdicts if verdict.level == "comparable"]
    if same:
        yield "  " + _("so sánh được (%(count)s): %(keys)s", count=len(same), keys=", ".join(same))
    headings: dict[Level, str] = {
        "with_care": _("so sánh được, cần thận trọng (%(count)s):"),
        "not_comparable": _("không so sánh được (%(count)s):"),
    }
    for level, heading in headings.items():
        found = [verdict for verdict in verdicts if verdict.level == level]
        if found:
            yield "  " + heading % {"count": len(found)}
            alike = {verdict.words: [one.key for one in found if one.reasons == verdict.reasons] for verdict in found}
            yield from (f"    {', '.join(keys)}: {words}" for words, keys in alike.items())


def comparison_to_json(comparison: Comparison) -> dict[str, object]:
    """The comparison as plain values: ``before``, ``after``, ``changes``, ``items`` and ``indices``."""
    return {
        "before": _identity(comparison.before),
        "after": _identity(comparison.after),
        "changes": [
            {"kind": change.kind, "key": change.key, "name": change.name, "before": change.before,
             "after": change.after, "words": change.words}
            for change in comparison.changes
        ],
        "items": _verdicts(comparison.items),
        "indices": _verdicts(comparison.indices),
    }  # fmt: skip


def _verdicts(verdicts: Sequence[Verdict]) -> list[dict[str, object]]:
    return [{"key": verdict.key, "level": verdict.level, "reasons": list(verdict.reasons)} for verdict in verdicts]


def _name(instrument: Instrument) -> str:
    return f"{instrument.key}@{instrument.version}"


def _identity(instrument: Instrument) -> dict[str, str]:
    return {"key": instrument.key, "version": instrument.version, "content_hash": instrument.content_hash}
