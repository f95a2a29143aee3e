"""Ethical considerations: what could go wrong for a young person, and what is done about it."""

from __future__ import annotations

from risk_model.document import bullets
from risk_model.publishing.cards.confirm import say_item
from risk_model.publishing.cards.inputs import CardInputs

RISKS = (
    "**Being labelled.** Nobody is called anything because of a score. Lists show bands, reasons and strengths, in "
    "words a family could read.",
    "**Being missed.** A list of limited size misses many who go on to have the outcome. Other ways to support, a "
    "worker's own judgement above all, have to stay open to everybody.",
    "**Records are not behaviour.** Being arrested is not having done something; how much is recorded depends on who "
    "is looked at. What police choose to look for (stop and search) is kept out, and is not a way onto a list.",
    "**Harm to a child counted against them.** Having been a victim is never added to having been named as a suspect, "
    "and every reason says which it was.",
    "**A list used for something else.** Each list is for one team, carries its purpose on every page and expires.",
    "**A rubber stamp.** Before live use it has to be watched how often workers agree, and how long they look: "
    "agreeing with nearly everything, or within seconds, is not a decision.",
    "**No way back.** Before live use it has to be shown that objections, corrections and erasure reach features, "
    "scores and lists already issued.",
)
RIGHTS = (
    "Written with the UN Convention on the Rights of the Child in mind (articles 3, 12, 16 and 40): the child's best "
    "interests, being heard, privacy, and being dealt with in a way that keeps their dignity."
)


def render(inputs: CardInputs) -> str:
    """The section's Markdown."""
    if not inputs.is_for_use:
        return (
            "The people in these data did not agree to be in them, and their records were made public by others. "
            "Names and case numbers are removed, figures are shown only in groups, and the model is used for nobody. "
            "The scores published with these data are kept as a reference and are never an input."
        )
    items = [say_item(key, inputs.experiment, inputs.confirmed) for key in ("equality", "decisions", "families")]
    return "\n\n".join([bullets(RISKS), RIGHTS, bullets(items)])
