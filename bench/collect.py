"""Collection: sealed forms of 30 answers sent one by one to the real server, each committed to disk, beside a bare
Flask application that writes the same bytes, on SQLite and PostgreSQL, with the senders in a process of their own."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from flask import Flask
from sqlalchemy import func, select

from bench.device import Device, counter_device
from bench.served import serving
from bench.timing import report
from bench.world import small_world
from survey_app.collection.models import Response
from survey_app.collection.sealing import public_key, seal, to_base64url
from survey_app.database import db
from survey_app.instruments.queries import instrument_of
from survey_app.settings import ROOT
from survey_app.surveys.queries import find_survey

ANSWERS = 30
FORMS = 4_000
SENDERS = (1, 8, 32)
LEAST_A_SECOND, LEAST_RATIO, SLOWEST_MS = 900, 0.4, 100
DEVICES, QUEUED, MOST_SECONDS = 200, 30, 60


def run() -> None:
    """Print forms a second and latencies by senders, and whether every form is there once."""
    from tests.postgres import running_server

    with running_server() as server:
        for name in ("SQLite", "PostgreSQL"):
            address = "" if name == "SQLite" else _new_database(server, "collect")
            bare_address = "" if name == "SQLite" else _new_database(server, "bare")
            with small_world(database=address) as (app, slug):
                _measure(app, slug, name, address, bare_address)


def _measure(app: Flask, slug: str, name: str, database: str, bare_address: str) -> None:
    with app.app_context():
        device = counter_device(slug)
        bodies = {senders: _bodies(slug, device, FORMS if senders > 1 else FORMS // 4) for senders in SENDERS}
        db.session.close()
        db.engine.dispose()
    bare = _send_bare(bare_address, bodies[max(SENDERS)])
    report(f"{name}: bare insert, {max(SENDERS)} senders", f"{bare:,.0f}/s")
    environment = {"HAILONG_INSTANCE": app.config["INSTANCE"], "HAILONG_DATABASE_URL": database}
    sent = 0
    with serving("wsgi:app", workers=2, **environment) as port:
        _send(port, device, _bodies_in(app, slug, device, 200), 4)
        sent += 200
        for senders in SENDERS:
            told = _send(port, device, bodies[senders], senders)
            sent += len(bodies[senders])
            rate, slow = len(bodies[senders]) / told["seconds"], statistics.quantiles(told["taken"], n=100)[98]
            target = f"{LEAST_A_SECOND}/s, {LEAST_RATIO} of the bare, p99 under {SLOWEST_MS} ms"
            report(
                f"{name}: forms, {senders} senders",
                f"{rate:,.0f}/s, p99 {slow:.0f} ms, {rate / bare:.2f} of the bare",
                target,
                met=None
                if senders != max(SENDERS)
                else slow < SLOWEST_MS and rate >= LEAST_RATIO * bare and (rate >= LEAST_A_SECOND or name != "SQLite"),
            )
            if told["answers"] != {"accepted": len(bodies[senders])}:
                raise RuntimeError(f"the server answered {told['answers']}")
        sent += _send_queues(app, slug, port, device, name)
    with app.app_context():
        stored = db.session.scalar(select(func.count()).select_from(Response))
        db.session.close()
        db.engine.dispose()
    report(f"{name}: acknowledged and stored", f"{sent:,} and {stored:,}", "the same", met=sent == stored)


def _send_queues(app: Flask, slug: str, port: int, device: Device, name: str) -> int:
    """Every device sends all it has queued at once; how many forms that was."""
    forms = [json.loads(body)["forms"][0] for body in _bodies_in(app, slug, device, DEVICES * QUEUED)]
    sacks = [json.dumps({"forms": forms[start : start + QUEUED]}) for start in range(0, len(forms), QUEUED)]
    told = _send(port, device, sacks, DEVICES)
    confirmed = sum(count for answer, count in told["answers"].items() if answer == ",".join(["accepted"] * QUEUED))
    report(
        f"{name}: {DEVICES} devices with {QUEUED} queued forms each",
        f"{told['seconds']:.0f} s, {confirmed} devices confirmed",
        f"all within {MOST_SECONDS} s",
        met=confirmed == DEVICES and told["seconds"] <= MOST_SECONDS,
    )
    return len(forms)


def _bodies_in(app: Flask, slug: str, device: Device, count: int) -> list[str]:
    with app.app_context():
        found = _bodies(slug, device, count)
        db.session.close()
    return found


def _bodies(slug: str, device: Device, count: int) -> list[str]:
    survey = find_survey(db.session, slug)
    instrument = instrument_of(db.session, survey.questionnaire_id)
    scales = [item for item in instrument.items() if item.type == "scale"]
    singles = [item for item in instrument.items() if item.type == "single" and item.show_if is None]
    key, found = public_key(), []
    for number in range(count):
        answers: dict[str, Any] = {item.key: 3 + (number + place) % 3 for place, item in enumerate(scales)}
        for item in singles[: ANSWERS - len(answers)]:
            answers[item.key] = item.options[number % len(item.options)].value
        form_id = str(uuid4())
        record = {"survey": slug, "unit": device.unit, "language": "vi", "answers": answers, "minutes": 4.5}
        sealed = seal(json.dumps(record).encode(), form_id, key)
        form = {"id": form_id, "sealed": to_base64url(sealed), "sha256": hashlib.sha256(sealed).hexdigest()}
        found.append(json.dumps({"forms": [form]}))
    return found


def _send(port: int, device: Device, bodies: list[str], senders: int) -> dict[str, Any]:
    asked = {"port": port, "senders": senders, "path": device.path, "headers": device.headers, "bodies": bodies}
    done = subprocess.run(
        [sys.executable, "-m", "bench.senders"],
        input=json.dumps(asked), capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _send_bare(address: str, bodies: list[str]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bare.sqlite3"
        if address:
            with psycopg.connect(address.replace("+psycopg", "")) as connection:
                connection.execute("CREATE TABLE bare (id TEXT PRIMARY KEY, body TEXT)")
        else:
            with closing(sqlite3.connect(path)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("CREATE TABLE bare (id TEXT PRIMARY KEY, body TEXT)")
        with serving(
            "bench.bare_insert:app", workers=2, BARE_DATABASE=address.replace("+psycopg", "") or str(path)
        ) as port:
            told = _send(port, Device("", "/", {}), bodies, max(SENDERS))
    if told["answers"] != {"200": len(bodies)}:
        raise RuntimeError(f"the bare server answered {told['answers']}")
    return len(bodies) / float(told["seconds"])


def _new_database(server: str, name: str) -> str:
    admin = psycopg.connect(server.format(database="postgres").replace("+psycopg", ""), autocommit=True)
    with closing(admin):
        admin.execute(f"CREATE DATABASE {name}")
    return server.format(database=name)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    run()
