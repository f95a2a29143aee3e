"""What a step of the pipeline hands back: words for a person, figures for a script, an exit code."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from features.build import FeatureTable
from features.cohort import Cohort
from features.outcomes import Outcome
from features.report import IntakeReport
from features.synthetic.fidelity import Fidelity
from features.synthetic.summary import SyntheticSummary
from features.windows import days_back, days_since_epoch
from features.workspace import Workspace
from risk_model.audits import AuditReport, Verdict
from risk_model.beside_truth import ceiling_figures, ceiling_lines, figure_json, oracle_figures, oracle_lines
from risk_model.ceiling import Ceiling
from risk_model.disclosure import show_about
from risk_model.errors import NotPublishable
from risk_model.experiment import Experiment
from risk_model.oracle import Share
from risk_model.publishing.signoff import SignOff
from risk_model.publishing.versions import ModelVersion
from risk_model.training.leaderboard import leaderboard_json, render_text
from risk_model.training.measured import TrainingResult
from risk_model.training.references import Reference


@dataclass(frozen=True)
class Made:
    """``text`` is printed, ``figures`` go to ``--json``, ``exit_code`` is not 0 when something in the step failed."""

    text: str
    figures: dict[str, Any] = field(default_factory=dict)
    exit_code: int = 0


def lines(*parts: str | Iterable[str]) -> str:
    """One line a part; empty ones are left out.

    >>> lines("made:", ["a", ""], "")
    'made:\\na'
    """
    flat = [line for part in parts for line in ([part] if isinstance(part, str) else part)]
    return "\n".join(line for line in flat if line)


def _fidelity(figure: Fidelity) -> dict[str, Any]:
    """One figure of the report on a synthetic world; null where so small a world has nobody to measure it on."""
    known = math.isfinite(figure.simulated)
    return {"name": figure.name, "published": list(figure.published), "basis": figure.basis, "within": figure.within,
            "simulated": figure.simulated if known else None, "ratio": figure.ratio if known else None}  # fmt: skip


def of_extracts(summary: SyntheticSummary, folder: object) -> Made:
    """The synthetic extracts: how many rows in which file, and how close to the published rates."""
    latest = {name: values[-1] for name, values in summary.rates.items()}
    text = lines(
        f"Synthetic extracts for {summary.children:,} children aged 10 to 17 in {folder} (seed {summary.seed}):",
        [f"  {name}.csv  {rows:,} rows" for name, rows in summary.rows.items()],
        "Rates in the last year:",
        [f"  {name.replace('_', ' ')}  {value:,.3g}" for name, value in latest.items()],
    )
    figures = {"seed": summary.seed, "children": summary.children, "rows": dict(summary.rows),
               "digest": summary.digest,
               "report": [_fidelity(figure) for figure in summary.fidelity],
               "rates": {k: list(v) for k, v in summary.rates.items()}}  # fmt: skip
    return Made(text, figures)


def of_intake(report: IntakeReport, page: Path) -> Made:
    """The load: rows read, loaded and set aside for each feed. Exit code 1 if a feed was held back."""
    rows = [
        f"  {feed.name:18s} {feed.rows_loaded:>10,} loaded {feed.rows_quarantined:>7,} set aside"
        for feed in report.feeds
    ]
    text = lines(
        "Already loaded: the same extracts." if report.already_loaded else "Loaded:",
        rows,
        [f"Held back whole: {feed.name}.csv: {feed.held_back}" for feed in report.held_back],
        "What was loaded of them before still stands. Their rows are in quarantine: ask for them corrected, and load "
        "the delivery again."
        if report.held_back
        else "",
        f"{report.events:,} events of {report.people:,} people; fingerprint {report.fingerprint}",
        f"Intake report: {page}",
    )
    return Made(text, json.loads(report.to_json()), 1 if report.held_back else 0)


def of_features(cohort: Cohort, outcome: Outcome, features: FeatureTable, under: int) -> Made:
    """The cohort's attrition on the last date, what is known of the outcomes, and the size of the table."""
    last = cohort.attrition[-1].as_of
    steps = [s for s in cohort.attrition if s.as_of == last]
    counts = {name: show_about(count, under=under) for name, count in outcome.counts().items()}
    text = lines(
        f"Cohort on {last}:" if last else "Cohort:",
        [f"  {show_about(s.remaining, under=under):>12s} left; {s.reason}" for s in steps],
        "Outcomes over all dates:",
        [f"  {count:>12s} {name}" for name, count in counts.items()],
        f"{len(features.features)} features of {len(cohort.table):,} person-dates (definitions {features.digest})",
    )
    attrition = [
        {"as_of": s.as_of, "step": s.step, "reason": s.reason, "remaining": show_about(s.remaining, under=under)}
        for s in cohort.attrition
    ]
    figures = {"rows": len(cohort.table), "features": list(features.names), "definitions": features.digest,
               "attrition": attrition, "outcomes": counts}  # fmt: skip
    return Made(text, figures)


def of_training(
    experiment: Experiment, result: TrainingResult, references: Iterable[Reference], names: Mapping[str, str],
    shares: Sequence[Share] = (),
) -> Made:  # fmt: skip
    """The leaderboard, beside it others' figures where there are any. Exit code 1 if an estimator failed."""
    figures = leaderboard_json(experiment, result)
    measured = [{"name": r.name, "metric": "auc", "rows": show_about(r.rows), **figure_json(r.auc)} for r in references]
    published = [dict(reference) for reference in experiment.card.published_references]
    figures |= {"references_on_our_rows": measured, "published_references": published}
    chosen = next(e for e in figures["evaluations"] if e["estimator"] == result.selection.chosen)
    beside = [
        f"  {r['name']} on our test rows: {r['metric']} {r['value']} ({r['low']} to {r['high']})" for r in measured
    ]
    beside += [f"  {r['name']}, published: {r['metric']} {r['value']}" for r in published]
    figures |= {"oracle": oracle_figures(shares), "ceiling": None}
    text = lines(
        render_text(experiment, result, names),
        oracle_lines(shares),
        ["", "Beside published figures:", *beside] if beside else [],
        [f"FAILED: {f.estimator}, {f.split}: {f.why}" for f in result.failures],
    )
    return Made(text, figures | {"auc": chosen["figures"]["auc"]}, exit_code=1 if result.failures else 0)


def with_ceiling(told: Made, ceiling: Ceiling | None) -> Made:
    """The comparison and, below it, what the records allow; where nobody knows, that is said."""
    if ceiling is None:
        return replace(told, text=lines(told.text, "", "Nobody knows what these records allow: there is no oracle."))
    figures = dict(told.figures) | {"ceiling": ceiling_figures(ceiling)}
    return replace(told, text=lines(told.text, "", ceiling_lines(ceiling)), figures=figures)


def of_check(experiment: Experiment, folder: Path, trained: Made, audited: Made) -> Made:
    """The end of a check on data that nobody is scored with: figures, verdict, and where to read more."""
    text = lines(
        trained.text,
        "",
        f"Audit verdict: {audited.figures['verdict']}. A check of method: no list is made and nobody is scored.",
        f"Read next: {folder / 'leaderboard.html'}, {folder / 'audit.html'}, {folder / 'card.html'}",
    )
    return Made(text, trained.figures | {"audit": audited.figures}, trained.exit_code)


def of_audit(report: AuditReport, folder: Path, version: ModelVersion | None = None) -> Made:
    """The verdicts, and where to read them. Of a published version: refused if it is worse than when it was signed."""
    figures = report.model_dump(mode="json") | {"verdict": report.verdict.value}
    text = f"{report.text()}\n\n{folder / 'audit.html'}"
    if version is None:
        return Made(text, figures)
    signed = Verdict(version.manifest.audit_verdict)
    worse = list(Verdict).index(report.verdict) > list(Verdict).index(signed)
    told = f"Version {version.version}, signed with an audit that said: {signed.value}."
    told += " It is worse now: take it out of use, and publish again." if worse else ""
    return Made(f"{text}\n{told}", figures, NotPublishable.exit_code if worse else 0)


def of_version(version: ModelVersion, sign_off: SignOff) -> Made:
    """The version published: what it is called, who signed, and what the audit said."""
    manifest = version.manifest
    text = lines(
        f"Published {manifest.experiment}, version {version.version} ({manifest.use}); it is the champion.",
        f"  audit: {manifest.audit_verdict}; signed off by {sign_off.name} ({sign_off.role})",
        f"  card: {version.folder / 'card.html'}",
    )
    figures = {"version": version.version, "experiment": manifest.experiment, "audit": manifest.audit_verdict,
               "use": manifest.use, "model_digest": manifest.model_digest, "files": manifest.files}  # fmt: skip
    return Made(text, figures)


def of_lists(written: Sequence[Path], version: ModelVersion, as_of: date) -> Made:
    """The lists written; one for a day the model has already seen beyond is for practice, and says so."""
    learned_until = version.manifest.provenance.data_until
    days_before = days_back(days_since_epoch(as_of), days_since_epoch(learned_until))
    practice = days_before > 0
    teams = [path.stem for path in written if path.suffix == ".csv"]
    text = lines(
        f"Lists as of {as_of}, by version {version.version}: people decide whom to offer voluntary support.",
        f"For practice only: this model learned from data until {learned_until}, so it knows what came later."
        if practice
        else "",
        f"The model's data end on {learned_until}, {-days_before} days before: check that later records are loaded."
        if days_before < 0
        else "",
        [f"  {written[0].parent / team}.html" for team in teams],
        f"Start at {written[0]}",
    )
    return Made(
        text,
        {
            "as_of": f"{as_of}",
            "version": version.version,
            "practice": practice,
            "teams": teams,
            "files": [f"{path}" for path in written],
        },
    )


def of_run(workspace: Workspace, folder: Path, steps: Mapping[str, Made]) -> Made:
    """The end of a whole run: what was made, and what to open next."""
    published, listed = steps["publish"], steps["score"]
    version = workspace.models(published.figures["experiment"]) / published.figures["version"]
    text = lines(
        steps["train"].text,
        "",
        f"Made in {workspace.root}:",
        f"  audit verdict: {published.figures['audit']}; version {published.figures['version']}, signed and registered",
        f"  referral lists as of {listed.figures['as_of']} for {len(listed.figures['teams'])} teams",
        "Open next:",
        f"  {workspace.lists(listed.figures['as_of']) / 'index.html'}   the lists, for youth justice workers",
        f"  {version / 'card.html'}   the model card, for reviewers",
        f"  {folder / 'leaderboard.html'}   the comparison; {folder / 'audit.html'}   the audit",
        f"  {workspace.root / 'data_dictionary_northumbria.html'}   every feature in plain words",
        f"  .venv/bin/mlflow ui --backend-store-uri sqlite:///{workspace.mlflow / 'mlflow.db'}   every run",
    )
    return Made(text, {name: step.figures for name, step in steps.items()}, max(s.exit_code for s in steps.values()))
