"""Results: 28 figures for the province and 15 districts from 10,000 responses, beside one pass of numpy per figure."""

from __future__ import annotations

import numpy as np
from flask import Flask

from analysis.design import SurveyDesign
from analysis.policy import published_interval
from bench.timing import median_seconds

RESPONDENTS, COMMUNES, DISTRICTS, FIGURES = 10_000, 44, 15, 28


def run(app: Flask, slug: str) -> None:
    chance = np.random.default_rng(1)
    commune = chance.integers(0, COMMUNES, RESPONDENTS)
    district = commune % DISTRICTS
    answers = (chance.random((RESPONDENTS, FIGURES)) < 0.8).astype(float)
    design = SurveyDesign.declare(
        psu=commune, strata=district, weights=np.full(RESPONDENTS, 3.3), psu_population=np.full(RESPONDENTS, 10)
    )
    domains = np.column_stack([np.ones(RESPONDENTS, bool), *(district == number for number in range(DISTRICTS))])

    def ours() -> None:
        whole, *parts = design.ratios(answers, domains=domains)
        for estimates in (whole, *parts):
            for estimate, above in zip(estimates, whole, strict=True):
                published_interval(estimate, above)

    def least() -> None:
        for figure in range(FIGURES):
            np.bincount(commune, weights=answers[:, figure], minlength=COMMUNES)

    mine, bound = median_seconds(ours), median_seconds(least)
    print(f"  estimates, variances, intervals: {mine * 1000:7.1f} ms for {FIGURES * (DISTRICTS + 1)} figures")
    print(f"  counting alone (numpy bincount): {bound * 1000:7.1f} ms   ratio {mine / bound:.1f}")
