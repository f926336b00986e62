"""The engine and the session: one declarative base, UTC times, and SQLite made durable and orderly."""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import partial
from inspect import iscoroutinefunction
from typing import Any, TypeVar

from flask import Flask, request
from flask_alembic import Alembic
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import JSON, DateTime, Engine, MetaData, event, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from survey_app.settings import ROOT, Settings

BUSY_TIMEOUT_SECONDS = 30
#: Between two tries to become the one who writes to SQLite, in seconds.
SHORTEST_PAUSE, LONGEST_PAUSE = 0.000_2, 0.01
#: A connection to PostgreSQL that rested so long is asked whether it still stands before it is used.
RESTED_SECONDS = 5.0

#: Whether the transaction about to begin may write. SQLite upgrades no reader to a writer once another has written,
#: so writers take their place in the queue at the start (BEGIN IMMEDIATE); safe requests never write.
may_write: ContextVar[bool] = ContextVar("may_write", default=True)

#: SQLite changes a table by making it anew; while a migration does so, references to it may point nowhere.
keep_references: ContextVar[bool] = ContextVar("keep_references", default=True)


class UtcDateTime(TypeDecorator[datetime]):
    """A time in UTC, aware in Python on both databases (SQLite drops the time zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime has no place here; use survey_app.database.now()")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give aware UTC back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json = JSON().with_variant(JSONB(), "postgresql")


class Base(DeclarativeBase):
    """The base of every table; names constraints so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime(), dict[str, Any]: Json, list[Any]: Json}  # noqa: RUF012  SQLAlchemy reads it as given


db = SQLAlchemy(session_options={"expire_on_commit": False})
alembic = Alembic(metadatas=Base.metadata)


@contextmanager
def read_only(session: Session) -> Iterator[None]:
    """A stretch of long reading in the middle of a verb: ends the present transaction, then holds no write lock."""
    session.commit()
    token = may_write.set(False)
    try:
        yield
    finally:
        session.rollback()
        may_write.reset(token)


T = TypeVar("T")
LARGEST_NUMBER = 2**31 - 1


def by_number(session: Session, model: type[T], number: int) -> T | None:
    """The row of a number that came from outside, as it stands now; None for numbers that no row can have."""
    return session.get(model, number, populate_existing=True) if 0 < number <= LARGEST_NUMBER else None


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def init_database(app: Flask, settings: Settings) -> None:
    """Attach engine, session and migrations to the application."""
    sqlite = settings.database_url.startswith("sqlite")
    options: dict[str, Any] = {"url": settings.database_url, "hide_parameters": True}  # answers never stand in a log
    if sqlite:
        options["connect_args"] = {"timeout": BUSY_TIMEOUT_SECONDS}
    app.config["SQLALCHEMY_ENGINES"] = {"default": options}
    app.config["ALEMBIC"] = {"script_location": str(ROOT / "migrations")}
    app.config["ALEMBIC_CONTEXT"] = {"render_as_batch": True, "compare_type": True}
    db.init_app(app)
    # The extension would start a thread after every request to close asynchronous sessions, of which we have none.
    app.teardown_appcontext_funcs = [each for each in app.teardown_appcontext_funcs if not iscoroutinefunction(each)]
    alembic.init_app(app)
    app.before_request(_safe_requests_only_read)
    app.teardown_request(_others_may_write)
    if sqlite:
        with app.app_context():
            _make_sqlite_durable(db.engine)
    else:
        with app.app_context():
            _ask_rested_connections(db.engine)


def _ask_rested_connections(engine: Engine) -> None:
    """After a restart of PostgreSQL the connections of the pool are dead; one that was just used is not asked."""

    @event.listens_for(engine, "checkin")
    def _on_checkin(connection: Any, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _on_checkout(connection: Any, record: Any, proxy: Any) -> None:
        if time.monotonic() - record.info.get("rests_since", math.inf) > RESTED_SECONDS:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as error:
                raise DisconnectionError() from error


def _safe_requests_only_read() -> None:
    may_write.set(request.method not in ("GET", "HEAD", "OPTIONS"))


def _others_may_write(error: BaseException | None) -> None:
    may_write.set(True)


def _make_sqlite_durable(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        connection.execute(f"PRAGMA foreign_keys = {'ON' if keep_references.get() else 'OFF'}")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_SECONDS * 1000}")

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        if not may_write.get():
            connection.exec_driver_sql("BEGIN")
        elif not _take_writers_place(connection.connection.dbapi_connection):
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # says what is wrong, as SQLAlchemy says it


def _take_writers_place(connection: Any) -> bool:
    """Begin to write as soon as nobody else does; False where the place did not become free in time.

    SQLite's own waiting sleeps longer each time, up to a tenth of a second, while the place may stand free; others
    write for a millisecond or two.
    """
    until, pause = time.monotonic() + BUSY_TIMEOUT_SECONDS, SHORTEST_PAUSE
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        while time.monotonic() < until:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                    return False
                time.sleep(pause)
                pause = min(pause * 1.1, LONGEST_PAUSE)
            else:
                return True
    finally:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_SECONDS * 1000}")
    return False


def migrate(*, down_to: str | None = None) -> None:
    """Bring the database to the newest migration; WAL is switched on here once, not by every process at start.

    Parameters
    ----------
    down_to : str, optional
        Instead: take back every migration after this one, ``base`` for all.
    """
    engine = db.engine
    step = alembic.upgrade if down_to is None else partial(alembic.downgrade, down_to)
    if engine.dialect.name == "sqlite":
        raw = engine.raw_connection()
        try:
            raw.cursor().execute("PRAGMA journal_mode = WAL")
        finally:
            raw.close()
        engine.dispose()
        token = keep_references.set(False)
        try:
            step()
        finally:
            keep_references.reset(token)
            engine.dispose()
        _check_references(engine)
        return
    step()


def _check_references(engine: Engine) -> None:
    raw = engine.raw_connection()
    try:
        broken = raw.cursor().execute("PRAGMA foreign_key_check").fetchall()
    finally:
        raw.close()
    if broken:
        raise RuntimeError(f"the migration left {len(broken)} references that point nowhere")


def is_migrated() -> bool:
    """Whether the database has the newest migration."""
    heads = {script.revision for script in alembic.heads()}
    with db.engine.connect() as connection:
        if not db.engine.dialect.has_table(connection, "alembic_version"):
            return False
        found = {row[0] for row in connection.execute(text("SELECT version_num FROM alembic_version"))}
    return found == heads
