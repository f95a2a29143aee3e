"""Does anything written for reviewers show a count of few people? Read again by code that did not write it.

Of what was trained here, the comparison is read; of a published version, everything that was signed. An audit and
a card are read before they are signed. What is logged to MLflow are copies of these.
"""

from __future__ import annotations

from pathlib import Path

from risk_model.audits.finding import Finding, Verdict
from risk_model.audits.inputs import AuditInputs
from risk_model.audits.scanning import small_numbers

NAME = "small_numbers"
QUESTION = "Does anything written for reviewers show a count of few people?"
COMPARISON = ("leaderboard.html", "leaderboard.json")
SIGNED = ("card.html", "card.md", "audit.html", "audit.json", "metrics.json")
MANIFEST = "manifest.json"
"""Only a published version has one."""


def audit(inputs: AuditInputs) -> Finding:
    """The verdict: fails where a count under the limit is shown. Nobody may accept that."""
    folder, under = inputs.model_folder.parent, inputs.experiment.audit.suppress_under
    read = written_for_reviewers(folder)
    faults = [fault for path in read for fault in small_numbers(path.name, path.read_text(encoding="utf-8"), under)]
    fine = f"Nothing in the comparison, or in the signed version, shows a count under {under}."
    nothing = "No comparison has been written yet, so there was nothing to read."
    return Finding(
        audit=NAME, question=QUESTION,
        verdict=Verdict.FAILS if faults else Verdict.PASSES if read else Verdict.COULD_NOT_TELL,
        reasons=tuple(faults) or (fine if read else nothing,),
        notes=("Read as they are finished, table by table, sentence by sentence and value by value, pictures by their "
               "words. This report and the card are read in the same way before anybody signs.",),
    )  # fmt: skip


def written_for_reviewers(folder: Path) -> list[Path]:
    """The pages and figures beside a model that are there when it is audited."""
    names = SIGNED if (folder / MANIFEST).exists() else COMPARISON
    return [folder / name for name in names if (folder / name).exists()]
