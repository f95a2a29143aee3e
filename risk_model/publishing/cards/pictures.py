"""The card's own pictures: a hundred people found or missed, and what was learned from, calibrated on and tested on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from features.windows import days_since_epoch
from risk_model.publishing.cards.inputs import CardInputs
from risk_model.publishing.cards.wording import figure, recall_sentence
from risk_model.training.plots import COLOURS, Plot, canvas, to_png
from risk_model.training.splits import Slice, Split

FOUND, PERHAPS, MISSED = "#0e4f57", "#8fbcc0", "#ffffff"
PER_ROW = 20
SLICE_COLOURS = {"learned from": COLOURS[0], "calibrated on": "#8fbcc0", "tested on": COLOURS[1]}


def card_pictures(inputs: CardInputs) -> tuple[Plot, ...]:
    """The pictures, those that can be drawn without showing too few people."""
    hundred = hundred_picture(inputs)
    splits = splits_picture(inputs.training.splits, inputs.final_split)
    return (hundred, splits) if hundred else (splits,)


def hundred_picture(inputs: CardInputs) -> Plot | None:
    """A hundred dots: certainly found, perhaps found (within the interval), missed."""
    recall = figure(inputs, "recall_at_capacity")
    if recall is None:
        return None
    low, high = (round(100 * value) for value in (recall.low, recall.high))
    colours = [FOUND if n < low else PERHAPS if n < high else MISSED for n in range(100)]
    with canvas("", (6.2, 2.2)) as axes:
        axes.scatter([n % PER_ROW for n in range(100)], [-(n // PER_ROW) for n in range(100)], s=170, c=colours,
                     edgecolors="#0e4f57", linewidths=0.8)  # fmt: skip
        for colour, label in ((FOUND, "named"), (PERHAPS, "within the interval"), (MISSED, "missed")):
            axes.scatter([], [], s=70, c=colour, edgecolors="#0e4f57", linewidths=0.8, label=label)
        axes.set_axis_off()
        axes.set(xlim=(-0.8, PER_ROW - 0.2), ylim=(-4.7, 0.7))
        axes.legend(frameon=False, ncols=3, loc="upper left", bbox_to_anchor=(0, -0.02), fontsize=11)
        png = to_png(axes)
    return Plot("hundred", png, recall_sentence(inputs))


def splits_picture(splits: Sequence[Split], final: Split) -> Plot:
    """A line of time for each split, and for the model that is published."""
    rows = [*splits, final]
    names = [*(split.name for split in splits), "published model"]
    with canvas("What was learned from, and tested on later", (7.4, 1.4 + 0.45 * len(rows))) as axes:
        for at, split in enumerate(rows):
            for label, part in _slices(split):
                first, days = part.first, max((part.before - part.first).days, 12)
                axes.barh(at, days, left=_number(first), height=0.5, color=SLICE_COLOURS[label])
        for label, colour in SLICE_COLOURS.items():
            axes.barh(0, 0, left=_number(rows[0].train.first), color=colour, label=label)
        axes.set(yticks=range(len(rows)), yticklabels=names, ylim=(len(rows) - 0.4, -0.6))
        axes.grid(axis="y", visible=False)
        _few_dates(axes)
        axes.legend(frameon=False, ncols=3, loc="upper left", bbox_to_anchor=(0, -0.12), fontsize=9)
        png = to_png(axes)
    said = "; ".join(
        f"{name}: {', '.join(f'{label} {part.plain}' for label, part in _slices(split))}"
        for name, split in zip(names, rows, strict=True)
    )
    return Plot("splits", png, f"What was learned from, calibrated on and tested on. {said}.")


def _slices(split: Split) -> list[tuple[str, Slice]]:
    parts = [("learned from", split.train), ("calibrated on", split.calibrate), ("tested on", split.test)]
    return [(label, part) for label, part in parts if part is not None]


def _few_dates(axes: Any) -> None:
    """An axis of dates with room between them."""
    import matplotlib.dates

    dates: Any = matplotlib.dates
    locator = dates.AutoDateLocator(minticks=3, maxticks=6)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(dates.DateFormatter("%Y-%m"))


def _number(day: date) -> float:
    """Days since 1970, which is what a plot's axis of dates counts in."""
    return float(days_since_epoch(day))
