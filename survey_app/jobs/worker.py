"""The worker: a loop that claims one job after the other."""

from __future__ import annotations

import time
from collections.abc import Callable

from flask import Flask

from survey_app.database import db
from survey_app.jobs.service import claim_next, perform

PAUSE_SECONDS = 0.5


def run_waiting_jobs(app: Flask) -> int:
    """Do every waiting job and return how many were done."""
    done = 0
    while True:
        with app.app_context():
            job = claim_next(db.session)
            if job is None:
                return done
            perform(db.session, job)
            done += 1


def work(app: Flask, stop: Callable[[], bool]) -> None:
    """Do jobs until ``stop()`` says so; looks for new ones twice a second."""
    while not stop():
        if run_waiting_jobs(app) == 0:
            time.sleep(PAUSE_SECONDS)
