"""Assault injuries in emergency departments, anonymised: they gather where harm gathers, whoever is hurt."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from features.synthetic.areas import Areas
from features.synthetic.clock import CUT, MINUTES_A_DAY, MONTH_STARTS, MONTHS, Floats, moments, month_factors
from features.synthetic.defects import USUAL, Defects
from features.synthetic.names import record_numbers
from features.synthetic.writing import Column, coded, minutes

A_YEAR_PER_CHILD = 0.018
"""A setting: attendances a year, of people of any age, for each child aged 10-17 who lives there."""
_PLACES = ("street", "licensed_premises", "home", "school", "transport", "other")
_METHODS = ("body", "sharp", "blunt", "glass", "firearm", "other")


def istv_columns(
    rng: np.random.Generator, areas: Areas, heat: Floats, scale: float, defects: Defects = USUAL
) -> dict[str, Column]:
    """The ``istv`` extract, in order of arrival; ``heat`` says how much harm gathers in each area."""
    by_month = A_YEAR_PER_CHILD / 12 * month_factors("victim") * scale
    weight = areas.population * np.exp(0.6 * heat)
    expected = by_month[:, None] * areas.population.sum() * (weight / weight.sum())
    number = rng.poisson(expected).ravel()
    month, area = np.divmod(np.repeat(np.arange(number.size), number), len(areas))
    first, after = MONTH_STARTS[month], MONTH_STARTS[np.minimum(month + 1, MONTHS)]
    began = moments(rng, first + np.floor(rng.random(len(month)) * (after - first)).astype(np.int64), defects)
    arrived = began + np.minimum(rng.exponential(260, len(began)), 6000).astype(np.int64) + 15
    order = np.lexsort((area, arrived))
    order = order[arrived[order] < CUT * MINUTES_A_DAY]
    count = len(order)
    unknown = rng.random(count) < 0.12
    return {
        "attendance_id": record_numbers("ED", np.arange(1, count + 1), 8),
        "arrival_dt": minutes(arrived[order]),
        "assault_dt": minutes(began[order], rng.random(count) < 0.2),
        "lsoa": areas.codes.take(pa.array(area[order], mask=unknown)),
        "location_type": coded(_PLACES, rng.choice(6, count, p=(0.42, 0.20, 0.20, 0.06, 0.04, 0.08))),
        "method": coded(_METHODS, rng.choice(6, count, p=(0.70, 0.07, 0.09, 0.05, 0.002, 0.088))),
    }
