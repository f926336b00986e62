"""Indices and targets: the figures computed from sections and items, and what they should reach."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from .texts import Key, Line, OptionValue, Strict, Text, unless

Parts = Annotated[tuple[Key, ...], Field(min_length=1)]


class SatisfiedShare(Strict):
    """The share of satisfied answers: of all answers (``pool: answers``), or the mean of the items' rates."""

    key: Key
    kind: Literal["satisfied_share"]
    of: Parts
    title: Text | None = None
    pool: Annotated[Literal["answers", "items"] | None, unless("answers")] = None


class MeanScore(Strict):
    """The mean of the points of all answers; ``rescale``: shown on 0 to 100 as well."""

    key: Key
    kind: Literal["mean_score"]
    of: Parts
    title: Text
    rescale: Annotated[bool | None, unless(False)] = None


class AllSatisfied(Strict):
    """The share of the respondents whose every answer is satisfied."""

    key: Key
    kind: Literal["all_satisfied"]
    of: Parts
    title: Text


class ExpectationMet(Strict):
    """The mean of number items, in percent; it may exceed 100."""

    key: Key
    kind: Literal["expectation_met"]
    of: Parts
    title: Text


class PapiIndicator(Strict):
    """An item with its theoretical bounds.

    With ``codes`` its figure is the share of those answers, without it the mean of the codes or numbers; of a
    ``negative`` one high values are bad.
    """

    item: Key
    codes: Annotated[tuple[OptionValue, ...] | None, Field(min_length=1)] = None
    min: float
    max: float
    negative: Annotated[bool | None, unless(False)] = None


class PapiSubDimension(Strict):
    """Indicators whose mean is one score."""

    key: Key
    title: Text
    indicators: Annotated[tuple[PapiIndicator, ...], Field(min_length=1)]


class PapiDimension(Strict):
    """A dimension of 1 to 10 points, the sum of its sub-dimensions."""

    key: Key
    kind: Literal["papi_dimension"]
    title: Text
    sub_dimensions: Annotated[tuple[PapiSubDimension, ...], Field(min_length=1)]


class PapiTotal(Strict):
    """The sum of dimensions; of eight of them 8 to 80 points."""

    key: Key
    kind: Literal["papi_total"]
    of: Parts
    title: Text


#: Kinds of index.
INDEX_KINDS = (
    "satisfied_share", "mean_score", "all_satisfied", "expectation_met", "papi_dimension", "papi_total",
)  # fmt: skip
#: Kinds that are rates, from 0 to 1, and can be held against a target.
SHARES = ("satisfied_share", "all_satisfied")


def _index_kind(value: object) -> str | None:
    given = value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)
    return None if given is None else f"<{given}>"


Index = Annotated[
    Annotated[SatisfiedShare, Tag("<satisfied_share>")]
    | Annotated[MeanScore, Tag("<mean_score>")]
    | Annotated[AllSatisfied, Tag("<all_satisfied>")]
    | Annotated[ExpectationMet, Tag("<expectation_met>")]
    | Annotated[PapiDimension, Tag("<papi_dimension>")]
    | Annotated[PapiTotal, Tag("<papi_total>")],
    Discriminator(_index_kind),
]


class Target(Strict):
    """The rate an index should reach (``ge``) or exceed (``gt``), and the document that says so."""

    index: Key
    rate: Annotated[float, Field(ge=0, le=1)]
    operator: Annotated[Literal["ge", "gt"] | None, unless("ge")] = None
    basis: Line | None = None
