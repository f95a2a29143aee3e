"""How close the synthetic world comes to what is published: one figure each, and what its plots are drawn from.

Published figures are those of the project's domain reference. ``basis`` says how sure they are: ``found`` in a public
source, ``derived`` from such by arithmetic, or ``to be confirmed``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.synthetic.areas import AUTHORITIES, FULL_SIZE
from features.synthetic.clock import FIRST_YEAR
from features.synthetic.counting import YEARS, Counts
from features.synthetic.needs import DIVERSION_EFFECT, FORMAL_DIVERSION_EFFECT
from features.synthetic.published import entrants
from features.synthetic.report_counts import DELAYS, GROUPS, RECENT

FOUND, DERIVED, UNSURE = "found", "derived", "to be confirmed"
RATES_WITHIN, ENTRANTS_WITHIN = 0.15, 0.20
"""How far a simulated rate may lie from the published one, as a share of it; yearly entrants of a council apart."""


@dataclass(frozen=True)
class Fidelity:
    """One figure. ``published`` is a number or a range; ``ratio`` is to the number, or to the range's nearer end."""

    name: str
    published: tuple[float, float]
    simulated: float
    basis: str
    tolerance: float = RATES_WITHIN

    @property
    def ratio(self) -> float:
        """Simulated over published; 1 inside a range."""
        low, high = self.published
        return 1.0 if low <= self.simulated <= high else float(self.simulated / (low if self.simulated < low else high))

    @property
    def within(self) -> bool:
        """Near enough: inside the range, or within the tolerance of a single figure."""
        low, high = self.published
        return abs(self.ratio - 1) <= (self.tolerance if low == high else 1e-9)


@dataclass(frozen=True)
class Curves:
    """What the plots show: first entries by age, entrants by council and year, contact by group, days of delay."""

    entries_by_age: dict[int, int]
    entrants_by_year: dict[str, tuple[tuple[float, ...], tuple[float, ...]]]
    """By council: simulated and published rates per 100,000, from 2016 (not a number where none was published)."""
    contact_by_group: dict[str, float]
    delay_days: dict[str, tuple[float, ...]]
    """By kind of record: share recorded within 0, 1, 3, 7, 14, 30, 60, 120 and 300 days."""


def compare(counts: Counts) -> tuple[Fidelity, ...]:
    """Every figure, in order, from what ``report_counts`` counted."""
    parts = (_entries, _people, _police, _services, _lockdown, _records)
    return tuple(figure for part in parts for figure in part(counts))


def _one(name: str, published: float, simulated: float, basis: str, tolerance: float = RATES_WITHIN) -> Fidelity:
    return Fidelity(name, (published, published), float(simulated), basis, tolerance)


def _share(counts: Counts, name: str) -> float:
    """The first of two numbers out of the second."""
    top, out_of = counts[name]
    return float(top / max(out_of, 1))


def _councils(counts: Counts) -> list[str]:
    return sorted(name.removeprefix("entered.") for name in counts if name.startswith("entered."))


def _entrant_rates(counts: Counts, code: str) -> NDArray[np.float64]:
    """First entries per 100,000 aged 10-17, by year."""
    rates: NDArray[np.float64] = counts[f"entered.{code}"] / np.maximum(counts[f"aged.{code}"], 1) * 100_000
    return rates


def _entries(counts: Counts) -> Iterator[Fidelity]:
    for code in _councils(counts):
        series, rates = entrants(code, len(YEARS)), _entrant_rates(counts, code)
        for at in np.flatnonzero(series.published):
            name = f"first_time_entrants_per_100000.{code}.{FIRST_YEAR + at}"
            yield _one(name, series.rates[at], rates[at], FOUND, ENTRANTS_WITHIN)
    name = "first_time_entrants_per_100000"
    yield _one(f"{name}.2018_19", 332, _share(counts, "entered_2018_19") * 1e5, FOUND)
    recent = counts["entered_now"][0] / (RECENT[1] + 1 - RECENT[0]) / counts["aged_now"][0] * 1e5
    yield Fidelity(f"{name}.now", (150, 230), float(recent), UNSURE)
    yield _one("first_time_entrants_male_share", 0.78, counts["entrants_male"][0] / counts["entrants"][0], FOUND)
    yield Fidelity("first_time_entrants_peak_age", (15, 16), float(counts["entry_age"].argmax()), FOUND)
    yield _one("entrants_disposed_again_within_a_year_share", 0.32, _share(counts, "again"), FOUND)
    for kind, effect, cut in (("informal", DIVERSION_EFFECT, 0.30), ("formal", FORMAL_DIVERSION_EFFECT, 0.14)):
        yield _one(f"diversion_cuts_offending_as_set.{kind}", cut, 1 - np.exp(effect), FOUND)
    cohorts, entering, aged = counts["cusp"]
    yield Fidelity("cusp_cohort_at_full_size", (10_000, 12_000), float(cohorts / aged * FULL_SIZE), DERIVED)
    yield Fidelity("cusp_base_rate", (0.017, 0.023), float(entering / max(cohorts, 1)), DERIVED)
    name = "precision_of_a_plain_regression_in_the_first_300"
    yield Fidelity(name, (0.10, 0.20), _share(counts, "first_places"), DERIVED)


def _people(counts: Counts) -> Iterator[Fidelity]:
    """Who lives where, in the project's own councils."""
    lives = {code: counts[f"aged.{code}"][-1] for code in _councils(counts)}
    own = {authority.code for authority in AUTHORITIES}
    if set(lives) != own:
        return
    scale = FULL_SIZE / sum(lives.values())
    for code, people in _LIVE_THERE.items():
        yield _one(f"people_10_17_at_full_size.{code}", people, lives[code] * scale, UNSURE)


_LIVE_THERE = {"E08000021": 29_000, "E06000057": 28_000, "E08000024": 25_000, "E08000022": 19_500,
               "E08000037": 18_000, "E08000023": 13_500}  # fmt: skip


def _police(counts: Counts) -> Iterator[Fidelity]:
    per = 1_000 / counts["aged_now"][0] / (RECENT[1] + 1 - RECENT[0])
    yield _one("arrests_per_1000", 10.0, counts["arrests"][0] * per, DERIVED)
    yield _one("searches_per_1000", 16.0, counts["searches"][0] * per, DERIVED)
    yield _one("searches_with_no_further_action_share", 0.75, _share(counts, "searches_ended"), FOUND)
    rate = dict(zip(GROUPS, counts["searches_of"] / np.maximum(counts["children_of"], 1), strict=True))
    for group, ratio, basis in (("B", 2.6, DERIVED), ("A", 1.4, DERIVED), ("M", 9.9 / 5.9, FOUND)):
        yield _one(f"search_rate_ratio_to_white.{group}", ratio, rate[group] / max(rate["W"], 1e-12), basis)
    yield _one("serious_violence_male_share", 0.86, counts["serious_male"][0] / max(counts["serious"][0], 1), FOUND)
    yield Fidelity("any_police_contact_in_a_year_share", (0.07, 0.10), _share(counts, "met"), UNSURE)
    yield _one("suspected_or_searched_by_17_share", 0.20, _share(counts, "accused_by_17"), FOUND)
    homes = counts["homes"][0] / counts["aged_now"][0]
    yield Fidelity("home_with_domestic_abuse_in_a_year_share", (0.04, 0.06), float(homes), UNSURE)


def _services(counts: Counts) -> Iterator[Fidelity]:
    population, (recent, fed) = counts["aged_now"][0], counts["suspensions"]
    yield _one("suspensions_per_100_pupils", 11.3, recent / 3 / (population * 0.75) * 100, FOUND)
    of_fed, share = fed / max(recent, 1), _share(counts, "free_meals")
    yield _one("suspensions_ratio_free_school_meals", 4.0, of_fed / (1 - of_fed) * (1 - share) / share, FOUND)
    yield _one("children_in_need_in_a_year_share", 0.082, counts["in_need"][0] / population, FOUND)
    yield _one("looked_after_per_10000", 110.0, _share(counts, "in_care") * 10_000, UNSURE)


def _lockdown(counts: Counts) -> Iterator[Fidelity]:
    """Below 1 where records fell, above where they rose; what came back is two years later over the lockdown."""
    fell, rose, back = (0.0, 0.95), (1.02, 2.5), (1.05, 3.0)  # published in words: how far is not
    for name, part, published in (
        ("recorded_crime", "crime", fell), ("assaults_at_hospital", "assaults", fell),
        ("domestic_abuse", "da_incident", rose), ("anti_social_behaviour", "asb", rose),
    ):  # fmt: skip
        then, before, after = counts[f"lockdown.{part}"]
        yield Fidelity(f"lockdown_ratio.{name}", published, float(then / max(before, 1)), FOUND)
        if published == fell:
            yield Fidelity(f"rebound_ratio.{name}", back, float(after / max(then, 1)), FOUND)


def _records(counts: Counts) -> Iterator[Fidelity]:
    """Defects with a published rate."""
    yield Fidelity("crimes_never_recorded_share", (0.09, 0.13), _share(counts, "unrecorded"), FOUND)
    yield _one("ethnicity_not_known_of_entrants_records_share", 0.14, _share(counts, "undescribed"), FOUND)


def curves(counts: Counts) -> Curves:
    """What the plots are drawn from."""
    yearly = {}
    for code in _councils(counts):
        series = entrants(code, len(YEARS))
        published = np.where(series.published, series.rates, np.nan)
        yearly[code] = tuple(_entrant_rates(counts, code).round(1)), tuple(published.round(1))
    ever = counts["ever_met_of"] / np.maximum(counts["children_of"], 1)
    shares = tuple((counts["delay"] / max(counts["crimes"][0], 1)).tolist())
    ages = {age: int(counts["entry_age"][age]) for age in range(10, 18)}
    names = ("White", "Mixed", "Asian", "Black", "Other")
    return Curves(ages, yearly, dict(zip(names, ever.tolist(), strict=True)), {"recorded crime": shares})


__all__ = ["DELAYS", "Curves", "Fidelity", "compare", "curves"]
