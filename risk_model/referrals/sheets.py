"""A list as a plain CSV: the same content as the page, one row a young person, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from risk_model.referrals.reasons import Reason
from risk_model.referrals.rows import Issue, ListRow, TeamList
from risk_model.referrals.strengths import MOST_STRENGTHS, NONE_RECORDED
from risk_model.referrals.wording import PURPOSE

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(text: str) -> str:
    """The text, with an apostrophe before anything a spreadsheet would run as a formula.

    >>> safe_cell("=1+1"), safe_cell(" @cmd"), safe_cell("Aged 15")
    ("'=1+1", "' @cmd", 'Aged 15')
    """
    return f"'{text}" if text.startswith(STARTS_A_FORMULA) or text.lstrip().startswith(STARTS_A_FORMULA) else text


def sheet(team_list: TeamList, issue: Issue) -> str:
    """The CSV's text (UTF-8, line feeds, header first); the same list gives the same bytes."""
    rows = [_cells(row, team_list, issue) for row in team_list.rows]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns(issue.most_reasons))
    writer.writerows([safe_cell(value) for value in cells.values()] for cells in rows)
    return text.getvalue()


def columns(most_reasons: int) -> list[str]:
    """The column names, in order."""
    reasons = [f"reason_{n}{part}" for n in _upto(most_reasons) for part in ("", *_REASON_PARTS)]
    strengths = [f"strength_{n}" for n in _upto(MOST_STRENGTHS)]
    return [*_FIRST, *reasons, "fewer_reasons", "if_nothing_new", *strengths, *_LAST]


_FIRST = ("person", "as_of", "team", "chosen", "age_years", "home_area", "school", "band", "band_meaning")
_REASON_PARTS = ("_role", "_when", "_date", "_received_by", "_source")
_LAST = (
    "missing", "eligibility", "changed", "lead_professional", "conversation_opener", "take_care", "decision",
    "decision_reason", "decided_by", "decided_on", "expires_on", "model_version", "purpose",
)  # fmt: skip


def _cells(row: ListRow, team_list: TeamList, issue: Issue) -> dict[str, str]:
    cells = dict.fromkeys(columns(issue.most_reasons), "")
    cells |= {
        "person": row.pseudonym,
        "as_of": issue.as_of.isoformat(),
        "team": team_list.team.name,
        "chosen": "at random" if row.at_random else "by the model's order",
        "age_years": str(row.age_years),
        "home_area": row.home_area,
        "school": row.school,
        "band": row.band,
        "band_meaning": row.band_plain,
        "fewer_reasons": row.few_reasons,
        "if_nothing_new": row.waiting,
        "missing": " ".join(row.missing),
        "eligibility": "; ".join(f"{check.name}: {check.answer}" for check in row.checks),
        "changed": row.changed,
        "lead_professional": row.lead_professional,
        "conversation_opener": row.opener.say,
        "take_care": row.opener.care,
        "expires_on": issue.expires_on.isoformat(),
        "model_version": issue.model_version,
        "purpose": PURPOSE,
    }
    for n, reason in enumerate(row.reasons, 1):
        cells |= {f"reason_{n}{part}": value for part, value in _reason(reason).items()}
    for n, strength in enumerate(row.strengths or (NONE_RECORDED,), 1):
        cells[f"strength_{n}"] = strength
    return cells


def _reason(reason: Reason) -> dict[str, str]:
    said = f"{reason.sentence} (do not read out)" if reason.sensitive else reason.sentence
    if reason.evidence is None:
        return {"": said}
    proof = reason.evidence
    return {
        "": said,
        "_role": proof.role,
        "_when": proof.when,
        "_date": proof.happened_on.isoformat(),
        "_received_by": proof.received_by.isoformat(),
        "_source": proof.partner,
    }


def _upto(most: int) -> Iterable[int]:
    return range(1, most + 1)
