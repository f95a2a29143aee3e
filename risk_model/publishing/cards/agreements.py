"""Agreements and data sources: who sent what, under which agreement, and what only the organisation can confirm."""

from __future__ import annotations

from risk_model.document import bullets, plain, table
from risk_model.publishing.cards.confirm import say_item
from risk_model.publishing.cards.inputs import CardInputs, agreement_words


def render(inputs: CardInputs) -> str:
    """The section's Markdown."""
    rows = [
        [f"`{f.name}`", plain(f.partner), plain(f.agreement) or "—", f"{f.rows_loaded:,}", f"{f.rows_set_aside:,}"]
        for f in inputs.feeds
    ]
    parts = [table(["Extract", "Partner", "Agreement", "Rows loaded", "Set aside"], rows)]
    if not inputs.is_for_use:
        return "\n\n".join([*parts, "Public data: it is read without an agreement, and not passed on from here."])
    named = list(dict.fromkeys(feed.agreement for feed in inputs.feeds if feed.agreement))
    agreements = [f"`{reference}`: {plain(agreement_words(reference))}" for reference in named]
    items = [say_item(key, inputs.experiment, inputs.confirmed) for key in ("agreements", "lawful_basis", "dpia")]
    said = "A column no agreement lists is refused at the door; rows that break their extract's contract are set aside."
    return "\n\n".join([*parts, said, bullets(agreements), bullets(items)])
