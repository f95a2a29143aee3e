"""Erase, object, rectify: each written down first, done place by place, and finished by the next call if it was killed.

An act is in the sealed file of what people asked for until its receipt is written; that file is written together with
what the act asks to hold (a suppression, an objection, a correction), so a load in between already respects it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from features.access_log import append
from features.errors import BadInput
from features.identities import open_sealed, read_or_make_log_key
from features.pseudonyms import read_shown
from features.rights.held import CORRECTABLE, Held, read_held, recogniser, write_held
from features.rights.place import At, Correction, Keeping
from features.rights.subjects import Subjects, find_subject, first_number, folded, from_json
from features.workspace import Workspace
from risk_model.rights.learned import versions_that_learned
from risk_model.rights.places import PLACES
from risk_model.rights.receipts import Line, Receipt, Version, write_receipt
from risk_model.telling import Made, lines

Say = Callable[[str], None]
ALREADY = "this person is erased already, and nothing is held of them"
IN_FORCE = {
    "erase": "A delivery that names them again is loaded without them.",
    "object": "They are in no cohort, score or list from now on, until somebody takes the objection back.",
    "withdraw": "From the next scoring on they are considered like everybody else; earlier lists stay as they are.",
    "rectify": "The corrected value counts from this day on, before what partners say; what partners sent stays as it "
    "was sent, so ask them to correct it too.",
}


@dataclass(frozen=True)
class Asking:
    """Who acts, why, and on what day."""

    by: str
    reason: str
    on: date


def erase(root: Path, shown: str, asking: Asking, say: Say) -> Made:
    """Take everything held of a person out of the workspace, and never load them again."""
    workspace = Workspace(root)
    finish(workspace, say)
    if _is_erased(workspace, shown):
        return Made(f"Nothing to do: {ALREADY}.", {"act": "erase", "already": True})
    subjects = find_subject(workspace, shown)

    def suppress(held: Held) -> Held:
        entries = recogniser(workspace).entries(subjects, asking.on)
        return held.having("suppression", [*held.rows("suppression"), *entries])

    return _begin(workspace, "erase", subjects, asking, suppress, say)


def object_to(root: Path, shown: str, asking: Asking, withdraw: bool, say: Say) -> Made:
    """Never score or list a person again; or, with ``withdraw``, take that back."""
    workspace = Workspace(root)
    finish(workspace, say)
    subjects = find_subject(workspace, shown)

    def note(held: Held) -> Held:
        others = [row for row in held.rows("objection") if (row["numbering"], row["who"]) not in subjects.numbers]
        theirs = [{"numbering": numbering, "who": who, "objected_on": asking.on}
                  for numbering, who in sorted(subjects.numbers)]  # fmt: skip
        return held.having("objection", others + ([] if withdraw else theirs))

    return _begin(workspace, "withdraw" if withdraw else "object", subjects, asking, note, say)


def rectify(root: Path, shown: str, field: str, value: str, asking: Asking, say: Say) -> Made:
    """Put a detail about a person right, as known from this day on."""
    workspace = Workspace(root)
    correction = _checked(field, value)
    finish(workspace, say)
    subjects = find_subject(workspace, shown)

    def state(held: Held) -> Held:
        made = _statement(workspace, held, subjects, correction, asking.on)
        same = (made["numbering"], made["who"], asking.on)
        kept = [row for row in held.rows("correction") if (row["numbering"], row["who"], row["stated_on"]) != same]
        return held.having("correction", [*kept, made])

    return _begin(workspace, "rectify", subjects, asking, state, say, {"field": field, "value": value})


def finish(workspace: Workspace, say: Say) -> Receipt | None:
    """Finish the act that was begun and not ended; its receipt, or None where there is none."""
    held = read_held(workspace)
    pending = held.pending
    if pending is None:
        return None
    act, at = pending["act"], At(workspace, date.fromisoformat(pending["on"]))
    subjects = from_json(pending["subjects"], _others(workspace, pending["subjects"]))
    for place in PLACES:
        say(f"{act}: {place.name}")
        _do(act, place.keeping, at, place.paths(workspace), subjects, pending)
    if act == "erase":
        _check_gone(at, subjects)
    receipt = Receipt(pending["number"], act, pending["by"], pending["on"],
                      tuple(Line(**line) for line in pending["lines"]),
                      tuple(Version(**each) for each in pending["versions"]), (IN_FORCE[act],))  # fmt: skip
    write_receipt(workspace, receipt)
    write_held(workspace, read_held(workspace).with_pending(None))
    return receipt


def _begin(
    workspace: Workspace, act: str, subjects: Subjects, asking: Asking, ask: Callable[[Held], Held], say: Say,
    more: dict[str, Any] | None = None,
) -> Made:  # fmt: skip
    """Write the act down, hold what it asks, do it, and tell."""
    refuse_telling_reason(asking, subjects)
    at = At(workspace, asking.on)
    found = [Line(place.name, place.holds, place.find(at, subjects)) for place in PLACES]
    versions = versions_that_learned(workspace, subjects) if act == "erase" else ()
    whom, key = first_number(open_sealed(workspace), subjects), read_or_make_log_key(workspace)
    number = append(workspace.access_log, key, act, whom, asking.by, asking.reason, asking.on)
    pending = {"act": act, "number": number, "by": asking.by, "on": f"{asking.on}", "subjects": subjects.as_json(),
               "lines": [vars(line) for line in found], "versions": [vars(each) for each in versions]}  # fmt: skip
    pending |= more or {}
    write_held(workspace, ask(read_held(workspace)).with_pending(pending))
    receipt = finish(workspace, say)
    assert receipt is not None, "an act that was just begun is there to be finished"
    page = workspace.receipts / f"{receipt.stem}.html"
    told = [f"  {line.place}: {line.records:,}" for line in receipt.lines if line.records]
    learned = [f"  {each.experiment} {each.version} learned from rows of theirs: {each.learned_from_them}"
               for each in receipt.versions]  # fmt: skip
    text = lines(f"Done ({act}). Records of theirs, place by place, as the act began:", told, learned, IN_FORCE[act],
                 f"Receipt: {page}")  # fmt: skip
    return Made(text, receipt.as_json())


def _do(act: str, keeping: Keeping, at: At, files: list[Path], subjects: Subjects, pending: dict[str, Any]) -> None:
    if act == "rectify":
        keeping.rectify(at, files, subjects, Correction(pending["field"], pending["value"]))
    else:
        getattr(keeping, act)(at, files, subjects)


def _check_gone(at: At, subjects: Subjects) -> None:
    """A place that still finds them after an erasure is a fault of its own, and is not told as done."""
    left = [place.name for place in PLACES if place.find(at, subjects)]
    if left:
        raise RuntimeError(
            f"an erasure left something in: {', '.join(left)}; run the same command again, and report it"
        )


def _is_erased(workspace: Workspace, shown: str) -> bool:
    held = read_held(workspace)
    if not held.rows("suppression"):
        return False
    recognise = recogniser(workspace)
    return recognise.of("pseudonym", read_shown(shown)) in recognise.known(held, "pseudonym")


def _others(workspace: Workspace, subjects: dict[str, Any]) -> frozenset[tuple[str, str]]:
    rows = open_sealed(workspace)["number"].to_pylist()
    return frozenset((row["numbering"], row["who"]) for row in rows if row["person"] not in subjects["persons"])


def refuse_telling_reason(asking: Asking, subjects: Subjects) -> None:
    """The access log keeps the reason for good, so it may not say who it is about."""
    said = f" {asking.reason} ".casefold()
    telling = {who.casefold() for _, who in subjects.numbers} | {each.casefold() for each in subjects.shown}
    telling |= {part for first, last, _ in subjects.names for part in (first, last) if len(part) > 1}
    if any(part in said for part in telling):
        raise BadInput("the reason says who it is about, and the access log keeps it for good: say why, not who")


def _checked(field: str, value: str) -> Correction:
    if field not in CORRECTABLE:
        raise BadInput(
            f"{field} cannot be put right here, only {', '.join(CORRECTABLE)}; ask the partner whose record it is"
        )
    if field == "dob":
        try:
            date.fromisoformat(value)
        except ValueError:
            raise BadInput("the date of birth is not a date (YYYY-MM-DD)") from None
    if field == "sex" and value not in ("M", "F", "U"):
        raise BadInput("sex is M, F or U, as partners send it")
    if not value.strip():
        raise BadInput(f"{field}: say what it should be; an empty value is not a correction")
    return Correction(field, value.strip())


def _statement(
    workspace: Workspace, held: Held, subjects: Subjects, correction: Correction, on: date
) -> dict[str, Any]:
    """The person as they are to be known from now on: what was said last, with the correction in it."""
    kept = open_sealed(workspace)
    earlier = [row for row in held.rows("correction") if (row["numbering"], row["who"]) in subjects.numbers]
    names = [row for row in kept["name"].to_pylist() if row["person"] in subjects.persons]
    numbering, who = min(subjects.numbers)
    last = (
        max(earlier, key=lambda row: row["stated_on"])
        if earlier
        else max(names, key=lambda row: folded(row["forename"], row["surname"], row["dob"]))
    )
    row = {name: last.get(name) for name in ("forename", "surname", "dob", "sex", "ethnicity")}
    row[correction.field] = date.fromisoformat(correction.value) if correction.field == "dob" else correction.value
    return row | {"numbering": numbering, "who": who, "field": correction.field, "stated_on": on}
