"""The box at the top: what it does, how well, for whom it fails, who signed, how to make it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from risk_model.audits.characteristics import JOINT_TITLES
from risk_model.audits.finding import GroupFigures, Status
from risk_model.audits.groups import LEADS
from risk_model.audits.reading import by_characteristic
from risk_model.document import bullets, picture, plain
from risk_model.publishing.cards.inputs import CardInputs
from risk_model.publishing.cards.wording import outcome, precision_sentence, recall_sentence, who
from risk_model.training.plots import Plot
from risk_model.words import listed

WHAT = {
    "northumbria": "It orders {who} by how likely {outcome} is, so that {teams} can offer **voluntary support** "
    "to them in that order. A person decides every offer; nothing happens by itself.",
    "broward": "It checks the method on public data about {who} in another country. "
    "It is **never used for any person**.",
}


def summary(inputs: CardInputs, plots: Mapping[str, Plot]) -> str:
    """The box, as a Markdown quotation."""
    drawn = [picture(plots["hundred"])] if "hundred" in plots else []
    commands = inputs.provenance.commands
    parts = [
        ("What it does", [_what(inputs)]),
        ("How well", [recall_sentence(inputs), *drawn, precision_sentence(inputs)]),
        ("For whom it fails", [for_whom(inputs)]),
        ("Who signed", [_signed(inputs)]),
        ("How to make it again", [f"`{commands[0]}`" if commands else "Not recorded."]),
    ]
    text = "\n\n".join("\n\n".join([f"### {head}", *body]) for head, body in parts)
    return "\n".join(f"> {line}" if line else ">" for line in text.splitlines())


def _what(inputs: CardInputs) -> str:
    count = len(inputs.experiment.capacity)
    teams = "a team" if count == 1 else f"{count} youth justice teams"
    return WHAT[inputs.experiment.source].format(who=who(inputs), outcome=outcome(inputs), teams=teams)


def for_whom(inputs: CardInputs) -> str:
    """The audit's verdict, and which groups are missed more, certainly or by the estimate."""
    finding = inputs.audit.finding("groups")
    limit, (of_whom, done) = inputs.audit.least_ratio, LEADS[inputs.audit.lead]
    lines = [
        f"Audit: **{finding.verdict.value}**. The limit, set before the run: {of_whom}, every group is {done} at least "
        f"{limit:g} times as often as the largest of its kind."
    ]
    sure, perhaps = _apart(finding.groups, Status.OUTSIDE), _apart(finding.groups, Status.LIKELY_OUTSIDE)
    for how in ("less", "more"):
        lines += [f"Certainly {done} {how} often than that: {sure[how]}."] if sure[how] else []
        lines += [f"By the estimate, not certainly, {how} often: {perhaps[how]}."] if perhaps[how] else []
    few = [group for group in finding.groups if group.status is Status.TOO_FEW and not _is_joint(group)]
    return bullets([*lines, *([f"Too few to tell: {_by_kind(few)}."] if few else [])])


def _apart(groups: Sequence[GroupFigures], status: Status) -> dict[str, str]:
    """The groups outside the limit, those found less often and those found more often; of joint groups only the
    certain ones, which the others' own lines do not already say."""
    named: dict[str, list[GroupFigures]] = {"less": [], "more": []}
    for each in groups:
        if each.status is status and not (_is_joint(each) and status is Status.LIKELY_OUTSIDE):
            named["more" if (each.ratio.value or 0) > 1 else "less"].append(each)
    return {how: _by_kind(found) for how, found in named.items()}


def _is_joint(group: GroupFigures) -> bool:
    return group.characteristic in JOINT_TITLES


def _by_kind(groups: Sequence[GroupFigures]) -> str:
    """Groups as a reader takes them in: ``ethnic group (Asian, Mixed) and area (Gateshead)``."""
    kinds = {name: [each.group for each in own] for name, own in by_characteristic(groups)}
    return listed([plain(f"{_short(name)} ({'; '.join(own)})") for name, own in kinds.items()])


def _short(characteristic: str) -> str:
    return characteristic.split(" (")[0].split(",")[0].lower()


def _signed(inputs: CardInputs) -> str:
    if not inputs.sign_offs:
        return "Nobody yet."
    lines = [f"{each.name}, {each.role}, {each.signed_on}. {each.statement}" for each in inputs.sign_offs]
    return bullets([plain(line) for line in lines])
