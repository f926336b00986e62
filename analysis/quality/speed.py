"""Responses given too fast to have been read."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.errors import MeasureError
from analysis.labels import Labels, check_length, number_labels
from analysis.quality.flags import Flag

Column = NDArray[np.float64]


def relative_times(seconds: ArrayLike, groups: Labels | None = None) -> Column:
    """Divide each time by the median time of its group.

    Parameters
    ----------
    seconds : array_like, shape (n,) or (n, p)
        Time of the whole response or of each of p pages, above 0; NaN where not measured.
    groups : sequence of hashable, shape (n,), optional
        Which responses are alike: the same questionnaire, language and channel. None: all.

    Returns
    -------
    ndarray, as `seconds`
        1 at the median, 0.5 for half of it.

    Raises
    ------
    MeasureError
        ``bad_duration`` with the row, ``wrong_length``.

    Examples
    --------
    >>> relative_times([300, 600, 1200]).tolist()
    [0.5, 1.0, 2.0]
    """
    times = _read_times(seconds)
    relative = np.full(times.shape, np.nan)
    numbers, count = _number_groups(groups, len(times))
    for group in range(count):
        rows = numbers == group
        relative[rows] = times[rows] / _median(times[rows])
    return relative


def speed_index(page_seconds: ArrayLike, groups: Labels | None = None, *, cap: float = 3.0) -> Column:
    """Compute how fast respondents are over all pages: the mean of median time over own time.

    Parameters
    ----------
    page_seconds : array_like, shape (n, p)
        Time on each page, above 0; NaN where not seen.
    groups : sequence of hashable, shape (n,), optional
        As in `relative_times`.
    cap : float
        One page counts at most this much, so that a page clicked away does not decide alone.

    Returns
    -------
    ndarray, shape (n,)
        1 for the speed of the median, 2 for twice as fast; NaN without a time.

    Raises
    ------
    MeasureError
        ``bad_duration``, ``wrong_length``.
    ValueError
        For a cap of 1 or less.

    Notes
    -----
    The index of relative completion speed of Leiner (2019, p. 236). Page by page against the page's median is also how
    Greszki, Meyer and Schoen (2015) find answers given too fast: 30, 40 or 50 percent below it.

    Examples
    --------
    >>> speed_index([[10, 20], [20, 40], [40, 5]]).tolist()
    [1.5, 0.75, 1.75]
    """
    if not cap > 1:
        raise ValueError(f"cap is {cap}; it must lie above 1, the speed of the median")
    relative = relative_times(page_seconds, groups)
    if relative.ndim != 2:
        raise MeasureError("wrong_length", f"page_seconds must have shape (n, p); got {relative.shape}")
    speeds = np.minimum(1 / relative, cap)
    seen = (~np.isnan(speeds)).sum(axis=1)
    return np.where(seen > 0, np.nansum(speeds, axis=1) / np.maximum(seen, 1), np.nan)


def find_speeders(
    seconds: ArrayLike,
    *,
    share: float = 0.5,
    groups: Labels | None = None,
    seconds_per_item: float | None = None,
    items_answered: ArrayLike | None = None,
) -> list[Flag]:
    """Flag responses faster than a share of the median, or than anyone can read.

    Parameters
    ----------
    seconds : array_like, shape (n,)
        Time of the whole response, above 0; NaN: not judged.
    share : float
        Below this part of the group's median time a response is ``fast``; between 0 and 1. 0.5, 0.6 and 0.7 are the
        cuts of Greszki, Meyer and Schoen (2015).
    groups : sequence of hashable, shape (n,), optional
        As in `relative_times`: an interview is not compared with a form on the web.
    seconds_per_item : float, optional
        Below this floor a response is ``faster_than_reading``; Huang et al. (2012) take 2 seconds.
    items_answered : array_like, shape (n,), optional
        Items each respondent answered; needed with the floor.

    Returns
    -------
    list of Flag
        In the order of rows. `share` is time over median, `reference` the cut (``median_time``); or seconds per item
        and the floor (``seconds_per_item``).

    Raises
    ------
    MeasureError
        ``bad_duration``, ``wrong_length``.
    ValueError
        For a share outside (0, 1), a floor of 0 or less, or a floor without `items_answered`.

    Examples
    --------
    >>> [flag.subject for flag in find_speeders([600, 500, 100, 700, 650])]
    ['2']
    """
    if not 0 < share < 1:
        raise ValueError(f"share is {share}; it must lie between 0 and 1, such as 0.5")
    relative = relative_times(seconds, groups)
    if relative.ndim != 1:
        raise MeasureError("wrong_length", f"seconds must have shape (n,); got {relative.shape}")
    flags = [
        Flag("fast", str(row), float(relative[row]), "median_time", share) for row in np.flatnonzero(relative < share)
    ]
    if seconds_per_item is not None:
        if items_answered is None or not seconds_per_item > 0:
            raise ValueError("a floor in seconds per item needs to be above 0, and items_answered")
        answered = np.asarray(items_answered, dtype=np.float64)
        check_length(len(answered) if answered.ndim == 1 else -1, len(relative), "items_answered")
        pace = np.full(len(relative), np.nan)
        np.divide(_read_times(seconds), answered, out=pace, where=answered > 0)
        flags += [
            Flag("faster_than_reading", str(row), float(pace[row]), "seconds_per_item", seconds_per_item)
            for row in np.flatnonzero(pace < seconds_per_item)
        ]
    return sorted(flags, key=lambda flag: int(flag.subject))


def _read_times(seconds: ArrayLike) -> Column:
    times = np.asarray(seconds, dtype=np.float64)
    if times.ndim not in (1, 2):
        raise MeasureError("wrong_length", f"times must have shape (n,) or (n, p); got {times.shape}")
    bad = (np.isinf(times) | (times <= 0)).reshape(len(times), -1).any(axis=1)
    if bad.any():
        raise MeasureError("bad_duration", "a time is not above 0; leave it missing", int(np.argmax(bad)))
    return times


def _number_groups(groups: Labels | None, n: int) -> tuple[NDArray[np.intp], int]:
    """Number the groups; one of all rows for None."""
    if groups is None:
        return np.zeros(n, dtype=np.intp), min(n, 1)
    numbers, count = number_labels(groups, "the group of a response")
    check_length(len(numbers), n, "groups")
    return numbers, count


def _median(times: Column) -> Column:
    """Return the median of each column, NaN for a column without a time."""
    known = ~np.isnan(times).all(axis=0)
    if times.ndim == 1:
        return np.asarray(np.nanmedian(times) if known else np.nan)
    medians = np.full(times.shape[1], np.nan)
    medians[known] = np.nanmedian(times[:, known], axis=0)
    return medians
