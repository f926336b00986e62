"""Errors that people cause and people can mend; turned into a page, a message or a line in one place each."""

from __future__ import annotations


class UserError(Exception):
    """What happened and what to do next, in the user's language.

    Parameters
    ----------
    message : str
        One or two sentences: what happened, then what to do.
    """

    status = 400

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = str(message)

    def __str__(self) -> str:
        return self.message


class NotFound(UserError):
    """There is no such thing, or this person may not know of it."""

    status = 404


class Forbidden(UserError):
    """This person may not do this."""

    status = 403


class Conflict(UserError):
    """The state of things does not allow this now."""

    status = 409


class Gone(UserError):
    """There was such a thing, and it was taken back."""

    status = 410


class LinesRefused(UserError):
    """A file was refused; every refused line says why.

    Parameters
    ----------
    message : str
        The sentence about the whole file.
    lines : list of (int, str)
        Line number (1 is the header) and reason.
    """

    def __init__(self, message: str, lines: list[tuple[int, str]]) -> None:
        super().__init__(message)
        self.lines = lines
