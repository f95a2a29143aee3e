"""The audit as it is kept and read: JSON, text for a terminal, and one HTML page that stands alone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from features.workspace import write_text
from risk_model.audits.finding import Finding, Record, Table, Verdict
from risk_model.audits.group_reliability import plot_name, reliability_plots
from risk_model.audits.reading import (
    HEADINGS,
    beside_table,
    by_characteristic,
    calibration_table,
    group_plot,
    importance_plot,
    lead_table,
    trend_table,
)
from risk_model.document import bullets, picture, plain, render_page, table
from risk_model.errors import BadInput, MissingStep
from risk_model.training.plots import Plot
from risk_model.words import listed

FILE = "audit.json"
PAGE = "audit.html"
ORDER = tuple(Verdict)
PLOT_KEY = (
    "Lines are 95% intervals. Shaded: where the limit allows. Red: certainly outside it. Orange: outside it by the "
    "estimate, not certainly. Grey: too few to judge, or not known."
)


class AuditReport(Record):
    """What all audits found of one model, known by ``model_digest`` (of its saved files).

    Every figure in it may be published: counts are rounded or hidden before they get here.
    """

    experiment: str
    title: str
    question: str
    estimator: str
    plain_name: str
    model_digest: str
    lead: str
    least_ratio: float
    findings: tuple[Finding, ...]
    rights: Table = Table(title="", heads=(), rows=())

    @property
    def verdict(self) -> Verdict:
        """The worst of the findings."""
        return max((finding.verdict for finding in self.findings), key=ORDER.index)

    @property
    def failures(self) -> tuple[Finding, ...]:
        """The findings that fail."""
        return tuple(finding for finding in self.findings if finding.verdict is Verdict.FAILS)

    def finding(self, audit: str) -> Finding:
        """The answer of one audit.

        :raises BadInput: it was not asked.
        """
        for finding in self.findings:
            if finding.audit == audit:
                return finding
        raise BadInput(f"the audit report of {self.experiment} has no {audit!r}; run the audits again")

    def to_json(self) -> str:
        """The report as JSON; the same report gives the same bytes."""
        return self.model_dump_json(indent=2) + "\n"

    def text(self) -> str:
        """The report for a terminal: verdicts and reasons."""
        lines = [f"Audit of {self.plain_name} ({self.experiment}): {self.verdict.value}"]
        for finding in self.findings:
            lines += ["", f"{finding.question} {finding.verdict.value.upper()}"]
            lines += [f"  - {reason}" for reason in finding.reasons]
        return "\n".join(lines)

    def html(self) -> str:
        """The report as one page, with plots and their words."""
        plots = {plot.name: plot for plot in self.plots}
        head = [f"# Audit: {plain(self.title)}", plain(self.question)]
        head.append(f"Of {plain(self.plain_name)}: **{self.verdict.value}**.")
        box = "\n>\n".join(f"> ### {finding.question}\n> **{finding.verdict.value}**" for finding in self.findings)
        sections = [f"## {f.question}\n\n**{f.verdict.value}**\n\n{self.body(f, plots)}" for f in self.findings]
        sections += [f"## {plain(self.rights.title)}\n\n{_told(self.rights)}"] if self.rights.rows else []
        return render_page(f"Audit: {self.title}", "\n\n".join([*head, box, *sections]), tuple(plots.values()))

    @cached_property
    def plots(self) -> tuple[Plot, ...]:
        """The pictures of all findings, drawn once."""
        return tuple(plot for finding in self.findings for plot in self.plots_of(finding))

    def plots_of(self, finding: Finding) -> tuple[Plot, ...]:
        """The pictures of one finding."""
        drawn = [group_plot(finding.groups, self.lead, self.least_ratio)] if finding.groups else []
        drawn += reliability_plots(finding.groups)
        if finding.themes:
            drawn.append(importance_plot(finding.themes, "themes", "What moves the scores, by theme"))
        if finding.importances:
            drawn.append(importance_plot(finding.importances, "inputs", "What moves the scores most, by input"))
        return tuple(drawn)

    def body(self, finding: Finding, plots: Mapping[str, Plot]) -> str:
        """Reasons, plots, tables and notes of one finding as Markdown, without its question and verdict."""
        parts = [bullets([plain(reason) for reason in finding.reasons])]
        if finding.groups:
            parts += [picture(plots["groups"]), PLOT_KEY, *group_sections(finding, self.lead, plots)]
        if finding.trends:
            parts += [f"### {HEADINGS[self.lead]}: one test after the other", trend_table(finding.trends)]
        for each in finding.tables:
            parts += [f"### {plain(each.title)}", _told(each)]
        parts += [picture(plots["themes"])] if finding.themes else []
        parts += [picture(plots["inputs"])] if finding.importances else []
        return "\n\n".join([*parts, bullets([plain(note) for note in finding.notes])])

    def save(self, folder: Path) -> None:
        """Write ``audit.json`` and ``audit.html``."""
        write_text(folder / FILE, self.to_json())
        write_text(folder / PAGE, self.html())

    @classmethod
    def load(cls, folder: Path) -> AuditReport:
        """What :meth:`save` wrote.

        :raises MissingStep: the audits have not been run. :raises BadInput: the file is not an audit report.
        """
        if not (folder / FILE).exists():
            raise MissingStep(f"no {FILE} in {folder}: run the audits first (risk-model run)")
        try:
            return cls.model_validate_json((folder / FILE).read_text(encoding="utf-8"))
        except ValueError:
            raise BadInput(f"{folder / FILE} is not an audit report of this version; run the audits again") from None


def _told(each: Table) -> str:
    return table(each.heads, [[plain(cell) for cell in row] for row in each.rows], numbers=False)


def group_sections(finding: Finding, lead: str, plots: Mapping[str, Plot] = MappingProxyType({})) -> list[str]:
    """The tables of every characteristic, each under its name, as Markdown, with its picture if there is one."""
    sections = []
    for name, own in by_characteristic(finding.groups):
        parts = [f"### {plain(name)}", lead_table(own, lead), beside_table(own, lead), calibration_table(own)]
        drawn = plots.get(plot_name(name))
        sections.append("\n\n".join([*parts, picture(drawn)] if drawn else parts))
    return sections


def say_verdict(report: AuditReport) -> str:
    """The verdict in a sentence, with the questions that did not pass."""
    open_questions = [f.question.rstrip("?").lower() for f in report.findings if f.verdict is not Verdict.PASSES]
    about = f" (about: {listed(open_questions)})" if open_questions else ""
    return f"{report.verdict.value}{about}"
