"""The equality and rights table: each question answered from what the audits found, or left to the organisation.

Frameworks: the Public Sector Equality Duty (Equality Act 2010, s.149), ALGO-CARE (Oswald and others, 2018), the NPCC
covenant for using artificial intelligence in policing (2023) and the six explanations of the ICO and The Alan Turing
Institute. It is not legal advice, and a row that software cannot answer says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from risk_model.audits.finding import Finding, Status, Table
from risk_model.experiment import Experiment

FOR_THEM = "For the organisation."
TITLE = "Equality and rights: what is shown here, and what is for the organisation"
HEADS = ("Framework", "Question", "Answer")
Answer = Callable[[Experiment, Sequence[Finding]], str]


def rights_table(experiment: Experiment, findings: Sequence[Finding]) -> Table:
    """Every row of every framework, with its answer."""
    rows = tuple((framework, question, answer(experiment, findings)) for framework, question, answer in ROWS)
    return Table(title=TITLE, heads=HEADS, rows=rows)


def _verdict(audit: str, about: str) -> Answer:
    def answer(experiment: Experiment, findings: Sequence[Finding]) -> str:
        found = next((finding for finding in findings if finding.audit == audit), None)
        return FOR_THEM if found is None else f"{about} This audit: {found.verdict.value}. See “{found.question}”"

    return answer


def _fixed(text: str) -> Answer:
    return lambda experiment, findings: text


def _groups(experiment: Experiment, findings: Sequence[Finding]) -> str:
    groups = [group for finding in findings if finding.audit == "groups" for group in finding.groups]
    outside = sum(group.status is Status.OUTSIDE for group in groups)
    few = sum(group.status is Status.TOO_FEW for group in groups)
    return (f"{len(groups)} groups are looked at; {outside} are certainly outside the limit and {few} are too small to "
            f"judge. What follows from that: {FOR_THEM.lower()}")  # fmt: skip


def _reference(name: str) -> Answer:
    def answer(experiment: Experiment, findings: Sequence[Finding]) -> str:
        return str(getattr(experiment.card, name)) or FOR_THEM

    return answer


PSED, ALGO, NPCC, SIX = "Equality duty", "ALGO-CARE", "NPCC covenant", "Six explanations"
THEIRS = _fixed(FOR_THEM)
PEOPLE_DECIDE = _fixed(
    "A person decides every offer, and “no” is a full answer; the list is an order to look in, no more."
)
ROWS: tuple[tuple[str, str, Answer], ...] = (
    (PSED, "Eliminate discrimination: who is missed, who is wrongly listed?", _groups),
    (PSED, "Are stand-ins for a protected characteristic used?", _verdict("proxies", "Every input is tried.")),
    (PSED, "Is the outcome recorded alike for everybody?", _verdict("recording", "Seen against predicted, by group.")),
    (PSED, "Advance equality of opportunity: what is done for groups that are missed?", THEIRS),
    (PSED, "Foster good relations: were those affected heard?", THEIRS),
    (PSED, "Equality impact assessment", _reference("equality_impact_reference")),
    (ALGO, "Advisory", PEOPLE_DECIDE),
    (ALGO, "Lawful: data protection impact assessment", _reference("dpia_reference")),
    (ALGO, "Granularity: are groups and bands fit for individuals?", _fixed("Bands with the rate seen, not decimals.")),
    (ALGO, "Ownership: who owns it, and may look inside?", _fixed("The code is open; no part is a supplier's secret.")),
    (ALGO, "Challengeable: how does somebody object?", THEIRS),
    (ALGO, "Accuracy: does it hold over time?", _verdict("steadiness", "Every test date is compared.")),
    (ALGO, "Responsible: is it fair, and in the public interest?", THEIRS),
    (ALGO, "Explainable", _verdict("explanation", "Every score is split between its inputs.")),
    (NPCC, "Lawful", _reference("dpia_reference")),
    (NPCC, "Transparent", _fixed("The card, this audit and the code can be published; whether they are: "
                                 + FOR_THEM.lower())),
    (NPCC, "Explainable", _verdict("reasons", "Reasons are made again, and their words are read.")),
    (NPCC, "Responsible", THEIRS),
    (NPCC, "Accountable", _fixed("A version is signed by a named person; a failing audit by name or not at all.")),
    (NPCC, "Robust", _verdict("feeds_failing", "Feeds are made to fail.")),
    (SIX, "Rationale: why this person?", _verdict("explanation", "Reasons, with records and dates, on every list.")),
    (SIX, "Responsibility: who decides, and who answers?", _fixed("The card names who signed. Who answers: "
                                                                  + FOR_THEM.lower())),
    (SIX, "Data: what was used?", _verdict("coverage", "Every input and its source is on the card.")),
    (SIX, "Fairness", _groups),
    (SIX, "Safety and performance", _verdict("steadiness", "Test dates later than all learning.")),
    (SIX, "Impact: does the support do good?", THEIRS),
)  # fmt: skip
