"""A flag: something about a response or a collector worth a second look, with what it was compared with."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flag:
    """A reason to look again; never by itself a proof of fraud or carelessness.

    Attributes
    ----------
    code : str
        What was seen, a stable name for translation: ``fast``, ``straight_line``, ``exact_duplicate``, ...
    subject : str
        The collector; for a response its row number, counted from 0, as text.
    share : float
        The figure that raised the flag.
    compared_with : str
        What `reference` is: ``median_time``, ``rest_of_collectors``, ``row 17``, ...
    reference : float
        The figure it is compared with.
    """

    code: str
    subject: str
    share: float
    compared_with: str
    reference: float
