"""The page that sets a synthetic world beside what is published: every figure with its ratio, and four plots."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from features.synthetic.clock import FIRST_YEAR
from features.synthetic.fidelity import DELAYS, Curves, Fidelity
from features.synthetic.summary import SyntheticSummary
from features.workspace import write_text
from risk_model.document import picture, render_page, table
from risk_model.training.plots import COLOURS, Plot, canvas, percent_axis, to_png

SIZE = (7.0, 3.6)


def write_page(target: Path, summary: SyntheticSummary, wanted: bool) -> None:
    """Write the page of a world just made, where it is wanted."""
    if wanted and summary.curves is not None:
        write_text(target, fidelity_page(summary.fidelity, summary.curves))


def fidelity_page(figures: Sequence[Fidelity], curves: Curves) -> str:
    """The page as HTML, plots inside."""
    plots = (_ages(curves), _entrants(curves), _contact(curves), _delay(curves))
    near = sum(figure.within for figure in figures)
    parts = [
        "# A synthetic world beside published figures",
        f"{near} of {len(figures)} figures are near enough: within 15% of a rate (20% for a council's yearly "
        "entrants), or inside a range. Nobody in this world is real. Figures marked *to be confirmed* are not yet "
        "checked against a source. A world of few children strays by luck alone.",
        *(f"## {title}\n\n{picture(plot)}" for title, plot in zip(_TITLES, plots, strict=True)),
        "## Every figure",
        table(["Figure", "Published", "Simulated", "Ratio", "Near enough", "Basis"], [_row(each) for each in figures]),
    ]
    return render_page("A synthetic world beside published figures", "\n\n".join(parts), plots)


_TITLES = ("Age at first entry", "First-time entrants by year", "Police contact by group", "Recording delay")


def _row(figure: Fidelity) -> list[str]:
    low, high = figure.published
    published = f"{low:,.4g}" if low == high else f"{low:,.4g} to {high:,.4g}"
    name = figure.name.replace("_", " ").replace(".", ", ")
    near = "yes" if figure.within else "no"
    return [name, published, f"{figure.simulated:,.4g}", f"{figure.ratio:.2f}", near, figure.basis]


def _ages(curves: Curves) -> Plot:
    ages, counts = list(curves.entries_by_age), list(curves.entries_by_age.values())
    total = max(sum(counts), 1)
    with canvas("Share of first entries by age", SIZE) as axes:
        axes.bar(ages, [count / total for count in counts], color=COLOURS[0])
        percent_axis(axes, "y")
        axes.set_xlabel("age at first youth caution or sentence")
        peak = ages[counts.index(max(counts))]
        return Plot("ages", to_png(axes), f"First entries by age: rising from 10 to a peak at {peak}.")


def _entrants(curves: Curves) -> Plot:
    with canvas("First-time entrants per 100,000 aged 10 to 17: simulated (lines) and published (dots)", SIZE) as axes:
        for at, (code, (simulated, published)) in enumerate(curves.entrants_by_year.items()):
            years = [FIRST_YEAR + step for step in range(len(simulated))]
            axes.plot(years, simulated, color=COLOURS[at % 4], linestyle=("-", "--")[at // 4 % 2], label=code)
            axes.plot(years, published, "o", color=COLOURS[at % 4], markersize=4)
        if len(curves.entrants_by_year) <= 10:
            axes.legend(fontsize=8, ncols=2)
        first, last = (sum(s[at] for s, _ in curves.entrants_by_year.values()) for at in (0, -1))
        change = "lower" if last < first else "higher"
        return Plot("entrants", to_png(axes), "Entrants a year and council, simulated beside published: the last year "
                    f"is {change} than the first ({last / max(first, 1e-9):.2f} times).")  # fmt: skip


def _contact(curves: Curves) -> Plot:
    names, shares = list(curves.contact_by_group), list(curves.contact_by_group.values())
    with canvas("Children with any police record in the ten years, by ethnic group", SIZE) as axes:
        axes.bar(names, shares, color=COLOURS[1])
        percent_axis(axes, "y")
        told = ", ".join(f"{name} {share:.0%}" for name, share in zip(names, shares, strict=True))
        return Plot("contact", to_png(axes), f"Share with any police record: {told}.")


def _delay(curves: Curves) -> Plot:
    with canvas("Share recorded within so many days of happening", SIZE) as axes:
        for at, (name, shares) in enumerate(curves.delay_days.items()):
            axes.step([math.log10(day + 1) for day in DELAYS], shares, where="post", color=COLOURS[at], label=name)
        axes.set_xticks([math.log10(day + 1) for day in DELAYS], [str(day) for day in DELAYS])
        axes.set_xlabel("days")
        percent_axis(axes, "y")
        axes.legend()
        week = next(iter(curves.delay_days.values()))[DELAYS.index(7)]
        return Plot("delay", to_png(axes), f"Recording delay: {week:.0%} of crimes are recorded within 7 days.")
