"""Sharing cases among collectors: equal counts, communes whole where they can be, always the same way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.errors import UserError
from survey_app.sampling.work.area import Area
from survey_app.sampling.work.assigning import Given, hold_working, share_out, unassigned_in
from survey_app.sampling.work.holders import Holder
from survey_app.sampling.work.queries import lines_of

MOST_HOLDERS = 200


def balance(communes: Mapping[str, Sequence[int]], holders: int) -> list[list[int]]:
    """Share cases so that counts differ by one at most and few communes are split.

    The largest commune first goes whole to whoever already works in its district and has room for it, else to whoever
    it fills best; what fits nowhere whole fills the rooms that are left, in order.

    Parameters
    ----------
    communes : mapping of str to sequence of int
        Path of the commune (``91/899/30730``) → its cases.
    holders : int
        Among how many.

    Returns
    -------
    list of list of int
        The cases of each.
    """
    total = sum(len(cases) for cases in communes.values())
    rooms = [total // holders + (number < total % holders) for number in range(holders)]
    shares: list[list[int]] = [[] for _number in range(holders)]
    districts: list[set[str]] = [set() for _number in range(holders)]
    left: list[tuple[str, list[int]]] = []

    def put(number: int, path: str, cases: Sequence[int]) -> None:
        shares[number] += cases
        rooms[number] -= len(cases)
        districts[number].add(path.rpartition("/")[0])

    for path, cases in sorted(communes.items(), key=lambda entry: (-len(entry[1]), entry[0])):
        fitting = [number for number in range(holders) if rooms[number] >= len(cases)]
        if fitting:
            home = path.rpartition("/")[0]
            put(min(fitting, key=lambda n: (home not in districts[n], rooms[n], n)), path, cases)
        else:
            left.append((path, list(cases)))
    for path, cases in left:
        home, rest = path.rpartition("/")[0], cases
        while rest:
            number = max(range(holders), key=lambda n: (rooms[n] > 0 and home in districts[n], rooms[n], -n))
            part, rest = rest[: rooms[number]], rest[rooms[number] :]
            put(number, path, part)
    return shares


def assign_balanced(
    session: Session,
    area: Area,
    holders: Sequence[Holder],
    *,
    actor: Actor,
    codes: Sequence[str] = (),
    case_ids: Sequence[int] = (),
    due_on: date | None = None,
) -> list[Given]:
    """Share chosen cases, or all that nobody has yet in places, among collectors.

    Raises
    ------
    UserError, NotFound, Conflict
        Fewer than two were named, somebody twice, or as `assign_cases`; nothing is given then.
    """
    chosen = sorted({holder.key: holder for holder in holders}.items())
    if not 2 <= len(chosen) <= MOST_HOLDERS:
        raise UserError(_("Chia đều cần từ hai người nhận trở lên. Xin đánh dấu thêm người."))
    hold_working(session, area.survey)
    lines = lines_of(session, area, case_ids) if case_ids else unassigned_in(session, area, codes)
    communes: dict[str, list[int]] = {}
    for line in lines:
        communes.setdefault(line.unit_path, []).append(line.id)
    shares = balance(communes, len(chosen))
    parts = [(holder, share) for (_key, holder), share in zip(chosen, shares, strict=True) if share]
    return share_out(session, area, lines, parts, actor=actor, due_on=due_on)
