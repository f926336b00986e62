"""A query compiled once and run on the driver's own cursor, for the few places where microseconds count.

SQLAlchemy's connection costs four times what SQLite needs for such a query. The SQL, the order of the parameters and
the conversions of types are SQLAlchemy's still, so one statement serves both databases.
"""

from __future__ import annotations

from collections import namedtuple
from typing import Any

from sqlalchemy import Engine, Select


class PreparedQuery:
    """A select whose every parameter is a named ``bindparam``; it reads outside any transaction of the session.

    Parameters
    ----------
    engine : Engine
        The database.
    statement : Select
        Each column must have a name of its own.
    """

    def __init__(self, engine: Engine, statement: Select[Any]) -> None:
        dialect = engine.dialect
        compiled = statement.compile(dialect=dialect)
        self._engine = engine
        self._sql = compiled.string
        self._order = compiled.positiontup
        self._bind = [
            (name, bound.type.dialect_impl(dialect).bind_processor(dialect)) for name, bound in compiled.binds.items()
        ]
        columns = statement.selected_columns
        names = [column.key or "" for column in columns]
        self._row = namedtuple("Row", names)  # type: ignore[misc]  # names that only the query knows
        found = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self._found = [(place, convert) for place, convert in enumerate(found) if convert is not None]

    def first(self, **parameters: object) -> Any:
        """The first row, with the columns by their names; ``None`` where there is none."""
        given = {name: convert(parameters[name]) if convert else parameters[name] for name, convert in self._bind}
        connection = self._engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(self._sql, given if self._order is None else [given[name] for name in self._order])
            row = cursor.fetchone()
            cursor.close()
        finally:
            connection.close()
        if row is None:
            return None
        values = list(row)
        for place, convert in self._found:
            values[place] = convert(values[place])
        return self._row(*values)
