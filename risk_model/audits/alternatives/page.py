"""The alternatives as a reviewer reads them: one table, one plot of benefit against equity, and what to make of it."""

from __future__ import annotations

from pathlib import Path

from features.workspace import write_text
from risk_model.audits.finding import Rate, Record
from risk_model.document import bullets, picture, plain, render_page, table
from risk_model.training.plots import COLOURS, Plot, canvas, percent_axis, to_png
from risk_model.words import decimal, percent, with_spread

FILE, PAGE = "alternatives.json", "alternatives.html"
QUESTION = "What would be different if it had been made another way?"
FAULTS = "The same model, the same people, records with faults"
HOW = (
    "Every alternative learned by the published recipe and fills places on the same test lists. Better and worse are "
    "said only where the whole 95% interval of the difference says so.",
    "One place rule for everybody stays the default. Anything that treats groups differently is shown for its price "
    "only: it needs Equality Act advice and a recorded sign-off.",
    "A protected characteristic is read to fit the alternatives that say so, and to measure all of them. It is never a "
    "reason to recommend one of those, no list is filled by it, and no model that may be published reads it.",
)


class Compared(Record):
    """The group the published model serves least, of those with enough numbers, and the one it is compared with."""

    characteristic: str
    group: str
    compared_with: str


class Row(Record):
    """One alternative's figures. ``finds`` and ``serves`` are against the published way; ``kept`` is the share of its
    places that go to the same people."""

    name: str
    title: str
    note: str
    recall: Rate
    precision: Rate
    equity: Rate
    finds: str
    serves: str
    kept: str
    own: str


class Faulty(Record):
    """A fault of many records at once, and the share of the latest list's places that then go to somebody else."""

    fault: str
    changed: str


class AlternativesReport(Record):
    """All alternatives, the published way first; and the same model on faulty records."""

    experiment: str
    title: str
    estimator: str
    lead: str
    compared: Compared | None
    rows: tuple[Row, ...]
    recommended: str
    why: str
    notes: tuple[str, ...] = ()
    faulty: tuple[Faulty, ...] = ()

    def text(self) -> str:
        """For a terminal: an alternative a line."""
        lines = [QUESTION, ""]
        for row in self.rows:
            told = [f"found {percent(row.recall.value)}", f"right {percent(row.precision.value)}"]
            told += [f"group served least {decimal(row.equity.value)}"] if row.equity.value is not None else []
            told += [f"same people {row.kept}", *([f"finds {row.finds}"] if row.finds else [])]
            lines.append(f"  {row.title}: {', '.join(told)}")
        lines += ["", self.why, *self.notes]
        lines += [f"{each.fault}: {each.changed} of the latest places go to others." for each in self.faulty]
        return "\n".join(lines)

    def plot(self) -> Plot:
        """Benefit (found) against equity (how the group served least fares), each with its 95% interval."""
        rows = [row for row in self.rows if row.equity.value is not None and row.recall.value is not None]
        with canvas("Benefit and equity", (8.0, 5.6)) as axes:
            for at, row in enumerate(rows):
                colour, marker = COLOURS[0 if at == 0 else 1], "D" if at == 0 else "o"
                x, y = row.recall, row.equity
                axes.plot([x.low, x.high], [y.value] * 2, color=colour, linewidth=1, alpha=0.35)
                axes.plot([x.value] * 2, [y.low, y.high], color=colour, linewidth=1, alpha=0.35)
                axes.plot([x.value], [y.value], marker, color=colour)
                axes.annotate(f"{at + 1}", (x.value, y.value), xytext=(6, 6), textcoords="offset points")
            axes.set(
                xlabel="Found, of those who had the outcome", ylabel="Group served least, as a share of the largest"
            )
            percent_axis(axes, "x")
            png = to_png(axes)
        said = "; ".join(f"{at + 1}. {row.title}: found {percent(row.recall.value)}, ratio {decimal(row.equity.value)}"
                         for at, row in enumerate(rows))  # fmt: skip
        return Plot("alternatives", png, f"Benefit against equity. {said or 'No two groups have enough numbers'}.")

    def html(self) -> str:
        """One page that stands alone."""
        plot = self.plot()
        heads = ["", "Alternative", "Found", "Right among those listed", "Group served least (ratio)",
                 "Places to the same people", "Finds", "Serves that group", "Finds of its own outcome"]  # fmt: skip
        cells = [
            [f"{at + 1}", plain(row.title), _say(row.recall, True), _say(row.precision, True), _say(row.equity, False),
             row.kept, row.finds, row.serves, row.own]
            for at, row in enumerate(self.rows)
        ]  # fmt: skip
        notes = [f"{row.title}: {row.note}" for row in self.rows if row.note]
        told = bullets([plain(each) for each in (*HOW, *notes, *self.notes)])
        faulty = [[plain(each.fault), each.changed] for each in self.faulty]
        lists = [f"## {FAULTS}", table(["Fault", "Places that go to others"], faulty)] if faulty else []
        body = [f"# {QUESTION}", plain(self.title), f"> {plain(self.why)}", self._who(), picture(plot),
                table(heads, cells, numbers=False), told, *lists]  # fmt: skip
        return render_page(QUESTION, "\n\n".join(body), (plot,))

    def _who(self) -> str:
        if self.compared is None:
            return "No two groups have enough numbers to compare: insufficient numbers."
        it = self.compared
        return plain(
            f"The group the published model serves least, of those with enough numbers: {it.characteristic}, "
            f"{it.group}, compared with {it.compared_with}."
        )

    def save(self, folder: Path) -> tuple[Path, Path]:
        """Write the JSON and the page; where they are."""
        write_text(folder / FILE, self.model_dump_json(indent=2) + "\n")
        write_text(folder / PAGE, self.html())
        return folder / FILE, folder / PAGE


def _say(rate: Rate, share: bool) -> str:
    return with_spread(rate.value, rate.low, rate.high, share)
