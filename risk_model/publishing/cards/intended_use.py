"""Intended use, and the uses that are prohibited."""

from __future__ import annotations

from features.agreements import Purpose
from risk_model.document import bullets
from risk_model.publishing.cards.inputs import CardInputs
from risk_model.publishing.cards.wording import who

PROHIBITED = (
    "stop and search, patrol, surveillance or any policing of a person or a place",
    "arrest, charging, bail, sentencing or any other step of criminal justice",
    "housing, benefits, school places, immigration or any other entitlement",
    "any sanction, condition or disadvantage, for a young person or their family",
    "an offer that cannot be refused, or that is held against somebody who refuses it",
    "acting on a score or a place on a list without a person's decision",
    "copying a list out of the service, keeping it after it expires, or sharing it beyond the named team",
    "anybody outside the ages, areas and dates of this card, or any other question than the one above",
)


def render(inputs: CardInputs) -> str:
    """The section's Markdown."""
    return _check_only() if not inputs.is_for_use else _for_use(inputs)


def _for_use(inputs: CardInputs) -> str:
    lists, ages = inputs.experiment.lists, inputs.experiment.cohort
    purpose = Purpose.EARLY_SUPPORT.words
    meant = [
        f"**Purpose:** {purpose[0].lower()}{purpose[1:].split(';')[0]}.",
        f"**Who uses it:** the youth justice teams named in this card, on {who(inputs)} aged {ages.youngest} to "
        f"{ages.oldest} who are on the cusp and have not yet entered the justice system.",
        "**How:** each team gets a short list in order, with the reasons, the strengths and what is missing for each "
        "young person. A worker decides, and records when and why, before anybody is contacted.",
        f"**How many:** no more than the team has places for; {lists.random_places} places on each list are drawn by "
        "lot from the rest, to see whom the model misses.",
        f"**How long:** a list expires after {lists.expires_after_days} days.",
    ]
    return "\n\n".join([bullets(meant), "### Prohibited", "It must never be used for:", bullets(PROHIBITED)])


def _check_only() -> str:
    return "\n\n".join([
        "To show that the same code, on real data that nobody here made, gives honest figures that can be set beside "
        "published ones. It was not tuned to do well on them.",
        "### Prohibited",
        "Every use for any person, anywhere. The data are of adults in another country, gathered for another purpose.",
    ])  # fmt: skip
