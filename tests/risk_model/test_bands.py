"""Bands say a rate that was seen, in words and without false precision, or say that too few are known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from risk_model.experiment import Experiment
from risk_model.training.bands import NAMES, Band, Predicted, _about, _between, happened, make_bands
from risk_model.training.intervals import resample_people
from tests.risk_model.drawn import drawn_experiment

DRAWN = drawn_experiment()
EXPERIMENT = DRAWN.model_copy(update={"capacity": {team: 3 * places for team, places in DRAWN.capacity.items()}})
PLACES = float(sum(EXPERIMENT.capacity.values()))


def predicted(rows: int = 4000, dates: int = 3, level: float = 4.0, seed: int = 0) -> Predicted:
    rng = np.random.default_rng(seed)
    probability = 1 / (1 + np.exp(level - rng.normal(size=rows)))
    outcome = (rng.random(rows) < probability).astype(float)
    return Predicted(rng.integers(0, rows // 2, rows), probability, outcome, dates * PLACES)


def bands_of(rows: Predicted, experiment: Experiment = EXPERIMENT) -> tuple[Band, ...]:
    return make_bands(experiment, rows, resample_people(rows.person, 200, 1))


def test_bands_go_down_from_the_top_and_hold_what_was_seen() -> None:
    rows = predicted()
    bands = bands_of(rows)
    assert tuple(band.name for band in bands) == NAMES
    assert sorted((band.at_least for band in bands), reverse=True) == [band.at_least for band in bands]
    upper = math.inf
    for band in bands:
        inside = (rows.probability >= band.at_least) & (rows.probability < upper)
        assert band.rate == pytest.approx(rows.outcome[inside].mean())
        assert band.people == len(set(rows.person[inside]))
        assert band.positives == len(set(rows.person[inside & (rows.outcome == 1)]))
        assert band.low < band.rate < band.high
        upper = band.at_least
    assert [band.rate for band in bands] == sorted((band.rate for band in bands), reverse=True)


def test_the_first_band_is_a_third_of_the_places_there_are_and_the_second_the_rest() -> None:
    rows = predicted()
    first, second, _ = (int((rows.probability >= band.at_least).sum()) for band in bands_of(rows))
    places = 3 * sum(EXPERIMENT.capacity.values())
    assert (first, second) == (round(places / 3), places)


def test_where_there_are_places_for_nearly_all_a_band_still_means_something() -> None:
    rows = predicted(rows=200, dates=3)
    shares = [(rows.probability >= band.at_least).mean() for band in bands_of(rows)]
    assert max(shares) <= 0.5


def test_equal_probabilities_are_never_parted() -> None:
    rows = predicted()
    rule = Predicted(rows.person, np.round(rows.probability, 2), rows.outcome, rows.listed)
    cuts = [band.at_least for band in bands_of(rule)]
    assert len(cuts) == len(set(cuts))
    assert set(cuts) <= set(rule.probability)


def test_bands_with_too_few_positives_are_joined() -> None:
    rows = predicted(level=6.3)
    bands = bands_of(rows)
    assert 1 <= len(bands) < 3
    assert all(band.positives >= 5 for band in bands)


def test_bands_whose_rates_are_the_wrong_way_round_are_joined() -> None:
    rows = predicted(level=1.0)
    bands = bands_of(Predicted(rows.person, 1 - rows.probability, rows.outcome, rows.listed))
    assert len(bands) == 1
    assert bands[0].positives > 20, "not for want of positives"


def test_with_too_few_positives_at_all_it_says_so_and_gives_no_number() -> None:
    rows = predicted()
    outcome = np.zeros(len(rows.outcome))
    outcome[np.argsort(-rows.probability)[:3]] = 1
    (band,) = bands_of(Predicted(rows.person, rows.probability, outcome, rows.listed))
    assert band.plain == (
        "Too few young people with a similar record to say how many had a first youth caution or court sentence "
        "within 12 months"
    )
    assert math.isnan(band.rate)
    assert (band.people, band.positives) == (0, 0)
    again = Band.from_json(band.to_json())
    assert band.to_json()["rate"] is None
    assert math.isnan(again.low)
    assert (again.name, again.plain, again.at_least) == (band.name, band.plain, band.at_least)


def test_a_band_comes_back_from_json_as_it_was() -> None:
    for band in bands_of(predicted()):
        assert Band.from_json(band.to_json()) == band


@pytest.mark.parametrize(
    ("rate", "low", "high", "sentence"),
    [
        (0.124, 0.088, 0.169, "About 1 in 8 young people with a similar record (between 1 in 11 and 1 in 6)"),
        (0.041, 0.0245, 0.062, "About 1 in 25 young people with a similar record (between 1 in 40 and 1 in 16)"),
        (0.004, 0.0002, 0.009, "About 1 in 250 young people with a similar record "
                               "(between fewer than 1 in 1000 and 1 in 100)"),
        (0.62, 0.58, 0.67, "About 6 in 10 young people with a similar record (between 6 in 10 and 7 in 10)"),
        (0.45, 0.38, 0.55, "About 4 in 10 young people with a similar record (between 4 in 10 and 6 in 10)"),
        (0.2, 0.199, 0.201, "About 1 in 5 young people with a similar record"),
        (0.2, math.nan, math.nan, "About 1 in 5 young people with a similar record"),
    ],
)  # fmt: skip
def test_rates_are_said_as_people_say_them(rate: float, low: float, high: float, sentence: str) -> None:
    assert _about(rate, low, high, "young people") + _between(rate, low, high) == sentence


def test_the_sentence_uses_the_experiment_s_own_words_for_the_outcome() -> None:
    assert happened(EXPERIMENT) == "a first youth caution or court sentence within 12 months"
    outcome = EXPERIMENT.outcome.model_dump() | {"question": "A new charge in the two years after screening"}
    adults = drawn_experiment(outcome=outcome, cohort=EXPERIMENT.cohort.model_dump() | {"oldest": 120})
    assert happened(adults) == "a new charge in the two years after screening"
    assert " people with a similar record" in bands_of(predicted(), adults)[0].plain
    assert "young" not in bands_of(predicted(), adults)[0].plain
