"""Reading weighting steps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.results.weighting.models import WeightStep
from survey_app.surveys.models import Survey


def all_steps(session: Session, survey: Survey) -> Sequence[WeightStep]:
    """Every step there ever was, in the order they were made."""
    return session.scalars(select(WeightStep).where(WeightStep.survey_id == survey.id).order_by(WeightStep.id)).all()


def steps_fingerprint(session: Session, survey: Survey) -> str:
    """A fingerprint of the steps in force; nothing where nobody ever decided on one."""
    steps = all_steps(session, survey)
    if not steps:
        return ""
    in_force = [[step.position, step.kind, step.settings] for step in steps if step.undone_at is None]
    text = json.dumps(sorted(in_force), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
