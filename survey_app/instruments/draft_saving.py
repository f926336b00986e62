"""What the button that stores a draft needs to say: the number, what changes, and who was faster."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, StringField, TextAreaField

from survey_app.audit.queries import entries_about
from survey_app.database import db
from survey_app.errors import Conflict, UserError
from survey_app.instruments.comparison import Comparison, compare_instruments
from survey_app.instruments.drafts import Draft, check_draft, comes_before, next_version, with_version
from survey_app.instruments.models import Questionnaire
from survey_app.instruments.queries import instrument_of, newest_version, versions_of
from survey_app.instruments.schema import Instrument
from survey_app.instruments.storing import store_new_version


class DraftForm(FlaskForm):
    """The draft as a page carries it.

    ``known`` is the newest version (``key@version``, or ``key@``) when the draft was begun, ``seen`` a newer one that
    its author has looked at; ``losses`` what a workbook could not carry, a line each, and ``accept`` the consent to it.
    """

    file = FileField(_l("Tệp bộ phiếu"))
    text = TextAreaField(_l("Văn bản của bộ phiếu"))
    version = StringField(_l("Số phiên bản mới"))
    known, seen = HiddenField(), StringField()
    losses = TextAreaField()
    accept = BooleanField(_l("Tôi đã đọc và đồng ý bỏ những chỗ này."))


class NotStored(UserError):
    """The draft cannot be stored as it is; the message belongs beside the number."""


@dataclass(frozen=True)
class Newer:
    """A version that somebody stored while the draft was written."""

    stored: Questionnaire
    by: str


@dataclass(frozen=True)
class Saving:
    """What stands beside the button: ``changes`` against the newest version that the author knew."""

    proposed: str = ""
    taken: tuple[str, ...] = ()
    known: str = ""
    losses: tuple[str, ...] = ()
    newer: Newer | None = None
    changes: Comparison | None = None
    foreign: bool = False


def saving_for(form: DraftForm, draft: Draft, *, asked: bool) -> Saving:
    """What to show beside the button; ``asked``: it was pressed, so that a free number that was typed stays."""
    losses = tuple(filter(None, (form.losses.data or "").splitlines()))
    instrument = draft.instrument
    if instrument is None:
        return Saving(known=form.known.data or "", losses=losses)
    newest = newest_version(db.session, instrument.key)
    taken = versions_of(db.session, instrument.key)
    proposed, typed = instrument.version, (form.version.data or "").strip()
    if newest and (proposed in taken or comes_before(proposed, newest.version)):
        proposed = next_version(newest.version if comes_before(proposed, newest.version) else proposed, taken)
    changes = compare_instruments(instrument_of(db.session, newest.id), instrument) if newest else None
    return Saving(
        proposed=typed if asked and typed and typed not in taken else proposed,
        taken=tuple(sorted(taken)),
        known=_known(form, instrument, newest),
        losses=losses,
        newer=_newer(form, instrument, newest),
        changes=changes,
        foreign=changes is not None and len(changes.items) * 2 < len(changes.before.questions()),
    )


def _known(form: DraftForm, instrument: Instrument, newest: Questionnaire | None) -> str:
    given = form.known.data or ""
    if given.partition("@")[0] == instrument.key:
        return given
    return f"{instrument.key}@{newest.version if newest else ''}"


def _newer(form: DraftForm, instrument: Instrument, newest: Questionnaire | None) -> Newer | None:
    """The version that was stored since the draft was begun."""
    if newest is None or _known(form, instrument, newest) == f"{newest.key}@{newest.version}":
        return None
    if newest.content_hash == instrument.content_hash:
        return None
    entries = entries_about(db.session, f"questionnaire:{newest.key}", limit=20)
    return Newer(newest, next((one.actor for one in entries if one.detail.get("version") == newest.version), ""))


def store_draft(form: DraftForm, draft: Draft) -> tuple[Questionnaire, bool]:
    """Store the draft under the number that was typed; also whether it is new.

    Raises
    ------
    NotStored
        The number does not fit, or losses were not agreed to.
    Conflict
        Somebody stored a version since the draft was begun, or the number is taken or too low.
    Forbidden
        This person may not store questionnaires of this sector.
    """
    version = (form.version.data or "").strip()
    renumbered = check_draft(with_version(draft.text, version))
    if renumbered.instrument is None:
        raise NotStored(" ".join(f"{problem.message} {problem.advice}" for problem in renumbered.problems))
    if renumbered.instrument.version != version:
        raise NotStored(_("Dòng version trong văn bản viết theo cách khác. Xin sửa số phiên bản ở đó."))
    if (form.losses.data or "").strip() and not form.accept.data:
        form.accept.errors = [_("Xin đọc những chỗ không giữ được rồi đánh dấu đồng ý, hoặc sửa sổ tính và gửi lại.")]
        raise NotStored("")
    newer = _newer(form, renumbered.instrument, newest_version(db.session, renumbered.instrument.key))
    if newer is not None and form.seen.data != newer.stored.version:
        raise Conflict("")
    return store_new_version(db.session, renumbered.instrument)
