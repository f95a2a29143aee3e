"""Parts of an experiment's page that say how settings are searched for and how one estimator is chosen."""

from __future__ import annotations

from itertools import product
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Number = int | float


class Part(BaseModel):
    """A part of the plan: frozen, and refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SelectionPlan(Part):
    """How the champion is chosen, fixed before results are seen: the best mean ``metric`` over the splits.

    A simpler estimator within ``tie_within_interval`` of the best is preferred, in the order of ``simplest_first``.
    ``rule = "least_regret"`` looks at the worst split instead of the mean: the smallest largest distance from that
    split's best. ``least_stability`` is the least share of a list that must still be on the next one: whoever
    falls short is passed over, as long as somebody does not. So is whoever has a protected group (of
    ``audit.characteristics``) whose ``audit.lead`` figure is certainly less than ``least_group_ratio`` of that of the
    largest group of its kind, or the other way round; groups too small to tell are held against nobody.
    """

    metric: str = "average_precision"
    rule: Literal["best_mean", "least_regret"] = "best_mean"
    tie_within_interval: bool = True
    simplest_first: tuple[str, ...] = ()
    least_stability: float = Field(default=0.0, ge=0, le=1)
    least_group_ratio: float = Field(default=0.0, ge=0, le=1)


class Range(Part):
    """Values between two bounds; ``log`` spreads them evenly over orders of magnitude. Whole where both bounds are."""

    low: Number
    high: Number
    log: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> Range:
        if not self.low < self.high or (self.log and self.low <= 0):
            raise ValueError("a range needs low < high, and low above 0 where log = true")
        return self


Values = Range | tuple[Number, ...]


class SearchPlan(Part):
    """Which settings are tried, on dates before any test date. ``space`` holds, for each estimator, each setting's
    range or list of values; ``sampler = "grid"`` tries every combination of lists, in order."""

    sampler: Literal["tpe", "grid"] = "tpe"
    trials: int = Field(default=30, ge=1)
    folds: int = Field(default=2, ge=1)
    space: dict[str, dict[str, Values]] = {}

    @model_validator(mode="after")
    def _grids_are_lists(self) -> SearchPlan:
        ranged = [f"{name}.{key}" for name, own in self.space.items() for key, each in own.items()
                  if isinstance(each, Range)]  # fmt: skip
        if self.sampler == "grid" and ranged:
            raise ValueError(f"a grid needs lists of values; {', '.join(ranged)} is a range")
        return self

    def grid(self, estimator: str) -> list[dict[str, Any]]:
        """Every combination of an estimator's lists.

        >>> SearchPlan(sampler="grid", space={"logistic": {"penalty_strength": (0.1, 1.0)}}).grid("logistic")
        [{'penalty_strength': 0.1}, {'penalty_strength': 1.0}]
        """
        own = {key: each for key, each in self.space[estimator].items() if not isinstance(each, Range)}
        return [dict(zip(own, values, strict=True)) for values in product(*own.values())]
