"""What each alternative finds, whom it would list instead, and how it serves the group that is served least now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from risk_model.audits.alternatives.page import AlternativesReport, Compared, Row
from risk_model.audits.alternatives.trying import USES_GROUPS, Alternative, Asked
from risk_model.audits.characteristics import JOINTS, Characteristic
from risk_model.audits.confusion import EVERYONE, GroupCells
from risk_model.audits.finding import Rate
from risk_model.audits.inputs import Tested
from risk_model.audits.judging import judge_groups
from risk_model.disclosure import show_rate
from risk_model.training.intervals import interval
from risk_model.training.predictions import Predictions, pooled

Floats = NDArray[np.float64]
FEW_OR_MOST = "few or nearly all"


@dataclass(frozen=True)
class _Pair:
    """The group that the published model serves least, of those with enough numbers, and the one it is compared to."""

    characteristic: Characteristic
    group: str
    largest: str
    lead: str


@dataclass(frozen=True)
class _Drawn:
    """A figure and its value in every resample."""

    value: float
    draws: Floats

    def rate(self) -> Rate:
        """As it may be shown: two decimals, with its 95% interval."""
        low, high = interval(self.draws)
        return Rate(value=_two(self.value), low=_two(low), high=_two(high))

    def minus(self, other: _Drawn) -> tuple[float, float]:
        """The 95% interval of the difference, paired draw by draw."""
        return interval(self.draws - other.draws)


def compare(asked: Asked, tried: Sequence[Alternative], notes: Sequence[str] = ()) -> AlternativesReport:
    """The alternatives side by side, the published way first. Figures rest on the test lists of all splits together."""
    tested = Tested.of(asked.experiment, pooled(tried[0].predictions), asked.warehouse)
    pair = _served_least(asked, tested)
    base = _figures(tested, pair)
    measured = [_row(asked, each, tested, base, pair) for each in tried]
    chosen, why = _recommended(asked, measured)
    compared = None if pair is None else Compared(
        characteristic=pair.characteristic.title, group=pair.group, compared_with=pair.largest)  # fmt: skip
    return AlternativesReport(experiment=asked.experiment.name, title=asked.experiment.card.title,
                              estimator=asked.estimator, lead=asked.experiment.audit.lead, compared=compared,
                              rows=tuple(measured), recommended=chosen, why=why, notes=tuple(notes))  # fmt: skip


def _served_least(asked: Asked, tested: Tested) -> _Pair | None:
    """By the lowest ratio of the lead figure now; None where no two groups have enough numbers."""
    plan = asked.experiment.audit
    named = {each.name: each for each in tested.held if each.protected and each.name not in JOINTS}
    judged = judge_groups({name: tested.cells(each) for name, each in named.items()}, plan)
    ratios = [(min(one.ratio, 1 / one.ratio if one.ratio else 0.0), name, group, one.ratio)
              for name, table in judged.items() for group, one in table.items() if np.isfinite(one.ratio)]  # fmt: skip
    if not ratios:
        return None
    _, name, group, ratio = min(ratios)
    largest = next(other for other, one in judged[name].items() if one.status.value == "compared with")
    return _Pair(named[name], *((group, largest) if ratio <= 1 else (largest, group)), plan.lead)


def _figures(tested: Tested, pair: _Pair | None) -> dict[str, _Drawn]:
    cells = tested.cells(tested.everyone)[EVERYONE]
    found = {name: _Drawn(cells.rate(name), cells.rate_draws(name)) for name in ("recall", "precision")}
    if pair is not None:
        table = tested.cells(pair.characteristic)
        found["equity"] = _ratio(table[pair.group], table[pair.largest], pair.lead)
    return found


def _ratio(group: GroupCells, largest: GroupCells, lead: str) -> _Drawn:
    with np.errstate(invalid="ignore", divide="ignore"):
        draws = group.rate_draws(lead) / largest.rate_draws(lead)
    compared = largest.rate(lead)
    value = group.rate(lead) / compared if compared else float("nan")
    return _Drawn(value, np.where(np.isfinite(draws), draws, np.nan))


def _row(asked: Asked, each: Alternative, now: Tested, base: dict[str, _Drawn], pair: _Pair | None) -> Row:
    rows, under = pooled(each.predictions), asked.experiment.audit.suppress_under
    figures = _figures(replace(now, rows=rows), pair)
    places = float(now.rows.listed.sum())
    stay = float(np.minimum(rows.listed, now.rows.listed).sum())
    shown = show_rate(stay / places, stay, places - stay, under=under) if places else None
    same = figures["recall"].value == base["recall"].value and stay == places
    return Row(
        name=each.name, title=each.title, note=each.note,
        recall=figures["recall"].rate(), precision=figures["precision"].rate(),
        equity=figures["equity"].rate() if pair is not None else Rate(),
        finds=_against(figures["recall"].minus(base["recall"])) if not same else "",
        serves=_against(figures["equity"].minus(base["equity"])) if not same and pair is not None else "",
        kept="all" if stay == places else FEW_OR_MOST if shown is None else f"{shown:.0%}",
        own=_own(each, rows, now.rows, under),
    )  # fmt: skip


def _against(difference: tuple[float, float]) -> str:
    low, high = difference
    return "better" if low > 0 else "worse" if high < 0 else "cannot be told apart"


def _own(each: Alternative, rows: Predictions, base_rows: Predictions, under: int) -> str:
    """Of those who had the alternative's own outcome, who is found by it and by the published model."""
    if each.own is None:
        return ""
    known = ~np.isnan(each.own)
    had = np.where(known, each.own, 0.0)
    shares = [show_rate(float(listed @ had / had.sum()), float(listed @ had), float((1 - listed) @ had), under=under)
              if had.sum() else None for listed in (rows.listed, base_rows.listed)]  # fmt: skip
    ours, published = (FEW_OR_MOST if share is None else f"{share:.0%}" for share in shares)
    return f"{ours} (as published: {published})"


def _recommended(asked: Asked, rows: Sequence[Row]) -> tuple[str, str]:
    """What a reviewer might look at first, and why; the published way unless something is certainly fairer for free."""
    free = [row for row in rows[1:] if row.serves == "better" and row.finds != "worse" and row.name not in USES_GROUPS
            and row.name != "with_stop_and_search"]  # fmt: skip
    if free:
        best = max(free, key=lambda row: row.equity.value or 0.0)
        return best.name, (
            f"{best.title}: the group served least now is served better, beyond the interval, and no fewer are found "
            "beyond it. Whether to change the page is for people to decide."
        )
    return rows[0].name, (
        "As published: nothing tried serves the group that is served least better, beyond its interval, without "
        "finding fewer or using a protected characteristic."
    )


def _two(value: float) -> float | None:
    return None if value != value else round(value, 2)
