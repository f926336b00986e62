"""The worker: a loop that claims one job after the other."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from flask import Flask

from survey_app.database import db
from survey_app.jobs.service import CHORES, claim_next, perform

log = structlog.get_logger(__name__)

PAUSE_SECONDS = 0.5
CHORE_SECONDS = 3600


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


def do_chores(app: Flask) -> None:
    """Do what is done every hour; one that fails is logged and tried again the next hour."""
    for chore in CHORES:
        with app.app_context():
            try:
                chore(db.session)
            except Exception:
                log.exception("chore failed", chore=getattr(chore, "__name__", repr(chore)))


def work(app: Flask, stop: Callable[[], bool]) -> None:
    """Do jobs until ``stop()`` says so; looks for new ones twice a second."""
    chores_at = time.monotonic()
    while not stop():
        if time.monotonic() >= chores_at:
            do_chores(app)
            chores_at = time.monotonic() + CHORE_SECONDS
        if run_waiting_jobs(app) == 0:
            time.sleep(PAUSE_SECONDS)
