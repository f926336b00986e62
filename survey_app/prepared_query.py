"""Statements compiled once and run on the driver's own cursor, for the few places where microseconds count.

SQLAlchemy's connection costs four times what SQLite needs for such a query. The SQL, the order of the parameters and
the conversions of types are SQLAlchemy's still, so one statement serves both databases.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, Insert, Select
from sqlalchemy.engine.interfaces import Compiled
from sqlalchemy.orm import Session

Prepared = TypeVar("Prepared")
_kept: WeakKeyDictionary[Engine, dict[object, object]] = WeakKeyDictionary()


def prepared(session: Session, key: object, make: Callable[[Engine], Prepared]) -> Prepared:
    """What ``make`` prepares for the database of a session, made once."""
    bind = session.get_bind()
    engine = bind.engine if isinstance(bind, Connection) else bind
    kept = _kept.setdefault(engine, {})
    if key not in kept:
        kept[key] = make(engine)
    return cast(Prepared, kept[key])


class _Parameters:
    """How the parameters of a statement are given to the driver."""

    def __init__(self, engine: Engine, compiled: Compiled) -> None:
        dialect = engine.dialect
        self._order: list[str] | None = compiled.positiontup  # type: ignore[attr-defined]  # of SQL statements
        binds: dict[str, Any] = compiled.binds  # type: ignore[attr-defined]
        self._bind = [(name, bound.type.dialect_impl(dialect).bind_processor(dialect)) for name, bound in binds.items()]

    def give(self, parameters: dict[str, Any]) -> dict[str, Any] | list[Any]:
        """The values as the driver takes them."""
        given = {name: convert(parameters[name]) if convert else parameters[name] for name, convert in self._bind}
        return given if self._order is None else [given[name] for name in self._order]


class PreparedWrite:
    """An insert of all columns of a table, run within the transaction of a session."""

    def __init__(self, engine: Engine, statement: Insert) -> None:
        self._columns = dict.fromkeys(statement.table.columns.keys())
        compiled = statement.compile(dialect=engine.dialect, column_keys=list(self._columns))
        self._sql = compiled.string
        self._parameters = _Parameters(engine, compiled)

    def run(self, session: Session, **values: object) -> int:
        """Write one row; columns that are not named are NULL. How many rows were written."""
        cursor = session.connection().connection.cursor()
        try:
            cursor.execute(self._sql, self._parameters.give(self._columns | values))
            return int(cursor.rowcount)
        finally:
            cursor.close()


class PreparedQuery:
    """A select whose every parameter is a named ``bindparam``.

    Parameters
    ----------
    engine : Engine
        The database.
    statement : Select
        Each column must have a name of its own.
    """

    def __init__(self, engine: Engine, statement: Select[*tuple[Any, ...]]) -> None:
        dialect = engine.dialect
        compiled = statement.compile(dialect=dialect)
        self._engine = engine
        self._sql = compiled.string
        self._parameters = _Parameters(engine, compiled)
        columns = statement.selected_columns
        names = [column.key or "" for column in columns]
        self._row = namedtuple("Row", names)  # type: ignore[misc]  # names that only the query knows
        found = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self._found = [(place, convert) for place, convert in enumerate(found) if convert is not None]

    def first(self, **parameters: object) -> Any:
        """The first row, with the columns by their names; ``None`` where there is none. Outside any transaction."""
        connection = self._engine.raw_connection()
        try:
            return self._first(connection, parameters)
        finally:
            connection.close()

    def first_in(self, session: Session, **parameters: object) -> Any:
        """The same within the transaction of a session."""
        return self._first(session.connection().connection, parameters)

    def _first(self, connection: Any, parameters: dict[str, Any]) -> Any:
        cursor = connection.cursor()
        try:
            cursor.execute(self._sql, self._parameters.give(parameters))
            row = cursor.fetchone()
        finally:
            cursor.close()
        if row is None:
            return None
        values = list(row)
        for place, convert in self._found:
            values[place] = convert(values[place])
        return self._row(*values)
