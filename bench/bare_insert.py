"""A bare Flask application: one route that writes the bytes it gets into one table and commits."""

from __future__ import annotations

import os
import sqlite3
from uuid import uuid4

import psycopg
from flask import Flask, request

app = Flask("bare")
_DATABASE = os.environ["BARE_DATABASE"]
_kept: list[psycopg.Connection | sqlite3.Connection] = []


@app.post("/")
def insert() -> dict[str, str]:
    key, body = str(uuid4()), request.get_data(as_text=True)
    connection = _connection()
    if isinstance(connection, sqlite3.Connection):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO bare VALUES (?, ?)", (key, body))
        connection.execute("COMMIT")
    else:
        connection.execute("INSERT INTO bare VALUES (%s, %s)", (key, body))
        connection.commit()
    return {"id": key}


def _connection() -> psycopg.Connection | sqlite3.Connection:
    """One connection a process, in the durable setting."""
    if not _kept:
        if _DATABASE.startswith("postgresql"):
            _kept.append(psycopg.connect(_DATABASE))
        else:
            connection = sqlite3.connect(_DATABASE, isolation_level=None, timeout=30)
            connection.execute("PRAGMA synchronous = FULL")
            _kept.append(connection)
    return _kept[0]
