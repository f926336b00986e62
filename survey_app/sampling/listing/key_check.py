"""Whether the key of this installation is the one that sealed a survey's contact data."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.personal_data import ContactKey
from survey_app.sampling.listing.models import CaseContact, ListedCase
from survey_app.sampling.listing.storing import owner_of
from survey_app.surveys.models import Survey


def check_key(session: Session, survey: Survey, key: ContactKey) -> None:
    """Refuse to go on with another key: marks would differ and no repeated case would be found.

    Raises
    ------
    Conflict
        The survey's contact data was sealed under another key.
    """
    found = session.execute(
        select(CaseContact.sealed, ListedCase.reference)
        .join(ListedCase, ListedCase.id == CaseContact.listed_case_id)
        .where(ListedCase.survey_id == survey.id)
        .limit(1)
    ).first()
    if found is not None:
        key.open(found.sealed, owner_of(survey.slug, found.reference))
