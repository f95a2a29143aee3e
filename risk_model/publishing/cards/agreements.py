"""Agreements and data sources: who sent what, under which agreement, and what only the organisation can confirm."""

from __future__ import annotations

from features.agreements import AGREEMENTS
from features.agreements.inheritance import agreements_of_all, strictest
from risk_model.disclosure import show_count
from risk_model.document import bullets, plain, table
from risk_model.publishing.cards.confirm import say_item
from risk_model.publishing.cards.inputs import CardInputs


def render(inputs: CardInputs) -> str:
    """The section's Markdown."""
    under = inputs.experiment.audit.suppress_under
    rows = [
        [
            f"`{f.name}`",
            plain(f.partner),
            plain(f.agreement) or "—",
            show_count(f.rows_loaded, under),
            show_count(f.rows_set_aside, under),
        ]
        for f in inputs.feeds
    ]
    parts = [table(["Extract", "Partner", "Agreement", "Rows loaded", "Set aside"], rows)]
    if not inputs.is_for_use:
        return "\n\n".join([*parts, "Public data: it is read without an agreement, and not passed on from here."])
    named = list(dict.fromkeys(feed.agreement for feed in inputs.feeds if feed.agreement in AGREEMENTS))
    items = [say_item(key, inputs.experiment, inputs.confirmed) for key in ("agreements", "lawful_basis", "dpia")]
    said = "A column no agreement lists is refused at the door; rows that break their extract's contract are set aside."
    return "\n\n".join([*parts, said, _terms(named), _inherited(inputs), bullets(items)])


def _terms(references: list[str]) -> str:
    """Each agreement's terms, as its file says them."""
    heads = ["Agreement", "Controller", "Regime", "Purposes", "Kept", "Live from", "Ends on", "Whom to ask"]
    rows = [
        [
            f"`{a.reference}`", plain(a.controller), plain(a.regime), plain(", ".join(a.purposes)),
            f"{a.retention_months} months" if a.retention_months else "while in use",
            f"{a.starts_on}", f"{a.expires_on}", plain(a.contacts.information_governance),
        ]
        for a in (AGREEMENTS[reference] for reference in references)
    ]  # fmt: skip
    return table(heads, rows, numbers=False)


def _inherited(inputs: CardInputs) -> str:
    """The terms that the model's inputs inherit: the strictest of everything they are made from."""
    used = [feature for feature in inputs.features if feature.name in inputs.feature_names]
    agreements = agreements_of_all(used, inputs.features)
    terms = strictest(agreements)
    if terms is None:
        return "No input comes from data under an agreement."
    sources = ", ".join(f"`{each.reference}`" for each in agreements)
    return (
        f"**What the model inherits**, as the strictest of {sources}: {plain(terms.words)}; for "
        f"{plain(', '.join(terms.purposes))} only. Each input's own agreements are in the data dictionary."
    )
