"""Names, telephones and addresses of cases: opened for those who need them, each opening on the trail as a count."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.database import may_write
from survey_app.personal_data import contact_key
from survey_app.sampling.listing.models import CaseContact, ListedCase
from survey_app.sampling.listing.service import owner_of
from survey_app.sampling.work.queries import CaseLine, portions
from survey_app.surveys.models import Survey


def show_contacts(
    session: Session, survey: Survey, lines: Sequence[CaseLine], *, actor: Actor, purpose: str
) -> dict[int, dict[str, str]]:
    """The contact data of cases, by case; whoever calls has checked that this person may see them.

    That they were shown is committed to the trail before they are.

    Parameters
    ----------
    purpose : str
        Where they are shown: ``phone``, ``case``, ``print``, ``offline``.

    Raises
    ------
    Conflict
        The key is missing or another one.
    """
    sealed = _sealed(session, lines)
    if not sealed:
        return {}
    key = contact_key()
    opened = {
        number: key.open(content, owner_of(survey.slug, reference)) for number, (content, reference) in sealed.items()
    }
    session.commit()  # a page that is only read holds a transaction that cannot write
    token = may_write.set(True)
    try:
        record(session, actor, "contact.show", f"survey:{survey.slug}", count=len(opened), purpose=purpose)
        session.commit()
    finally:
        may_write.reset(token)
    return opened


def contacts_mark(session: Session, lines: Sequence[CaseLine]) -> str:
    """A mark that changes when contact data of the cases does; nothing is opened for it."""
    digest = hashlib.sha256()
    for number, (content, _reference) in sorted(_sealed(session, lines).items()):
        digest.update(number.to_bytes(8) + content)
    return digest.hexdigest()


def _sealed(session: Session, lines: Sequence[CaseLine]) -> Mapping[int, tuple[bytes, bytes]]:
    listed = {line.listed_case_id: line.id for line in lines if line.listed_case_id is not None}
    return {
        listed[number]: (content, reference)
        for portion in portions(list(listed))
        for number, content, reference in session.execute(
            select(CaseContact.listed_case_id, CaseContact.sealed, ListedCase.reference)
            .join(ListedCase, ListedCase.id == CaseContact.listed_case_id)
            .where(CaseContact.listed_case_id.in_(portion))
        )
    }
