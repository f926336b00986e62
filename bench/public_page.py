"""The public page of a result against a static file of the same size: same server, same run."""

from __future__ import annotations

import os
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.served import pages_a_second, serving
from bench.timing import report
from survey_app import create_app
from survey_app.audit.models import SYSTEM, Actor
from survey_app.database import db
from survey_app.publication.review import LINES, Answer, review_publication
from survey_app.publication.service import approve_publication, freeze_publication
from survey_app.sampling.queries import drawn_units
from survey_app.settings import ROOT, read_settings
from survey_app.setup import prepare
from survey_app.surveys.service import set_state
from tests.world import answer, make_survey

SLUG = "do-trang-cong-khai"
PAGE = f"/ket-qua/{SLUG}"
PAGES, ROUNDS = 400, 5
TARGET = 0.5
CHECKER, LEADER = Actor(None, "checker"), Actor(None, "leader")


def run() -> None:
    """Measure."""
    with tempfile.TemporaryDirectory() as folder:
        size = _publish(folder)
        with _static_file(size) as address, serving("wsgi:app", HAILONG_INSTANCE=folder) as port:
            ratios, page, static = [], [], []
            for _round in range(ROUNDS):
                static.append(pages_a_second(port, address, "", PAGES))
                page.append(pages_a_second(port, PAGE, "", PAGES))
                ratios.append(page[-1] / static[-1])
    report(f"static file of {size / 1024:.0f} KB", f"{statistics.median(static):,.0f} a second")
    report(f"public page of {size / 1024:.0f} KB", f"{statistics.median(page):,.0f} a second")
    ratio = statistics.median(ratios)
    report("page over static", f"{ratio:.2f}", f"{TARGET}", met=ratio >= TARGET)


def _publish(folder: str) -> int:
    """A published result; gives the size of its page in bytes."""
    app = create_app(read_settings({"HAILONG_INSTANCE": folder}))
    with app.app_context():
        prepare(lambda line: None)
        survey = make_survey(db.session, state="collecting", slug=SLUG, simulated=True)
        for place, unit in enumerate(drawn_units(db.session, survey)):
            for number in range(4):
                answers = dict.fromkeys(("a1", "b5", "c10", "d16", "e19"), 1 + (place * 3 + number * 2) % 5)
                answer(db.session, survey, commune=unit.unit.code, answers=answers | {"sex": 1 + number % 2})
        set_state(db.session, survey, "closed", actor=SYSTEM)
        db.session.commit()
        freeze_publication(db.session, survey, actor=SYSTEM)
        db.session.commit()
        review_publication(db.session, survey, {line: Answer(ok=True) for line in LINES}, actor=CHECKER)
        db.session.commit()
        approve_publication(db.session, survey, actor=LEADER)
        db.session.commit()
        db.session.close()
        db.engine.dispose()
    return len(app.test_client().get(PAGE).data)


@contextmanager
def _static_file(size: int) -> Iterator[str]:
    """A file of that many bytes where Flask serves static files; gives its address."""
    path = Path(ROOT / "survey_app" / "static" / f"bench-{os.getpid()}.html")
    path.write_bytes(b"x" * size)
    try:
        yield f"/static/{path.name}"
    finally:
        path.unlink()


if __name__ == "__main__":
    run()
