"""Who signed, what they accepted, and how to make the very same version again."""

from __future__ import annotations

from risk_model.document import bullets, plain, table
from risk_model.publishing.cards.inputs import CardInputs
from risk_model.publishing.signoff import SignOff


def render(inputs: CardInputs) -> str:
    """The section's Markdown."""
    made = inputs.provenance
    digests = [
        ("Data", made.warehouse_fingerprint), ("Feature definitions", made.feature_digest), ("Code", made.code_digest),
        ("Libraries", made.requirements_digest), ("Model files", inputs.audit.model_digest), ("Seed", f"{made.seed}"),
    ]  # fmt: skip
    return "\n\n".join([
        *(_signature(each) for each in inputs.sign_offs),
        "### How to make it again",
        "With the same extracts, in a checkout of the code whose digest is below:",
        "```\n" + "\n".join(made.commands) + "\n```",
        f"The same inputs give the same version, `{inputs.version}`. Its folder holds `manifest.json`, which names "
        "every file with its SHA-256 and, where known, the commit; it is signed (Ed25519, `manifest.sig`), and every "
        "load checks it.",
        table(["What", "Digest"], [[what, f"`{value or 'none'}`"] for what, value in digests], numbers=False),
    ])  # fmt: skip


def _signature(each: SignOff) -> str:
    lines = [f"**{plain(each.name)}**, {plain(each.role)}, {each.signed_on}: {plain(each.statement)}"]
    lines += [f"Accepts that the audit *{plain(a.audit)}* fails: {plain(a.reason)}" for a in each.accepts]
    return bullets(lines)
