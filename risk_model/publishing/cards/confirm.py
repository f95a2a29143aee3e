"""What only the organisation can confirm. Until it does, the card says so, in one form of words a check can find.

A demonstration may be published with open items; live use may not.
"""

from __future__ import annotations

from collections.abc import Mapping

from risk_model.document import plain
from risk_model.experiment import Experiment

MARK = "**To be confirmed by the organisation:**"
ITEMS: Mapping[str, str] = {
    "lawful_basis": "the lawful basis of each controller, and for each extract whether it is processed under UK GDPR "
    "or under Part 3 of the Data Protection Act 2018.",
    "agreements": "that every agreement named here is live, and covers each column for this purpose.",
    "dpia": "that a data protection impact assessment of this use has been done, with its reference.",
    "equality": "that an equality impact assessment of this use has been done, with its reference.",
    "decisions": "how the law on automated decisions (UK GDPR, Articles 22A to 22D; Data Protection Act 2018, sections "
    "50A to 50D) is met. The software only orders a list; a person has to decide before anything happens.",
    "families": "how young people and families are told, how they object or complain, and who answers.",
    "benefit": "how it will be measured whether the support offered does good; no model can show that by itself.",
}
FROM_EXPERIMENT = {"dpia": "dpia_reference", "equality": "equality_impact_reference"}


def say_item(key: str, experiment: Experiment, confirmed: Mapping[str, str]) -> str:
    """The organisation's confirmation of an item, or the mark that it is open, as Markdown."""
    words = confirmed.get(key, "").strip()
    reference = getattr(experiment.card, FROM_EXPERIMENT[key]) if key in FROM_EXPERIMENT else ""
    if words or reference:
        return f"**Confirmed:** {plain(ITEMS[key])} {plain(' '.join(part for part in (words, reference) if part))}"
    return open_item(key)


def open_item(key: str) -> str:
    """An item still open, as it stands in a card."""
    return f"{MARK} {plain(ITEMS[key])}"


def open_items(markdown: str) -> list[str]:
    """The keys of the items a card leaves open."""
    return [key for key in ITEMS if open_item(key) in markdown]


def without_open_items(markdown: str) -> str:
    """The card's text without its properly marked open items: what may hold no placeholder at all."""
    for key in ITEMS:
        markdown = markdown.replace(open_item(key), "")
    return markdown
