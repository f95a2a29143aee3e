"""Factors: the groups whose figures may differ, those nobody can look at, and what else moves the figures."""

from __future__ import annotations

from risk_model.audits.characteristics import JOINT_TITLES, JOINTS, NOT_HELD, TITLES
from risk_model.document import bullets, plain
from risk_model.publishing.cards.inputs import CardInputs
from risk_model.publishing.cards.wording import who
from risk_model.words import listed

SETTINGS = (
    "**What gets recorded.** A record is something a service wrote down. Who is stopped, reported, excluded or "
    "referred differs between places, times and groups, and so does what is written.",
    "**When it is recorded.** Late records are unknown on the date; features use only what had been delivered by then.",
    "**The months.** Lockdowns in 2020 and 2021 changed what happened and what was recorded.",
    "**Earlier help.** Somebody who was already helped may not have had the outcome because of it.",
)


def _together(pairs: list[str]) -> str:
    several = "; by ".join(pairs)
    return f" Groups by {several} together stand for how characteristics add up." if pairs else ""


def render(inputs: CardInputs) -> str:
    """The section's Markdown."""
    audited = list(dict.fromkeys(group.characteristic for group in inputs.audit.finding("groups").groups))
    named = [plain(name.split(" (")[0].lower()) for name in audited if name not in ("Everyone", *JOINT_TITLES)]
    asked = inputs.experiment.audit.characteristics
    missing = [plain(TITLES.get(name, name)) for name in asked if TITLES.get(name, name) not in audited]
    pairs = [" and ".join(TITLES[part].lower() for part in JOINTS[name]) for name in JOINTS if TITLES[name] in audited]
    lines = [
        f"**Groups looked at:** {listed(named)}.{_together(pairs)}",
        f"**Groups nobody can look at**, because no extract holds them: {listed(missing + list(NOT_HELD))}.",
        f"**None of these is an input**, except age, which decides whom the service is for. They are read only by the "
        f"audit. One threshold holds for all {who(inputs)} of a team.",
    ]
    return "\n\n".join(
        [bullets(lines), "### What else moves the figures", bullets(SETTINGS if inputs.is_for_use else SETTINGS[:2])]
    )
