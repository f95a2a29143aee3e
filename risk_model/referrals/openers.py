"""A way to start the conversation, for the theme of the strongest reason: supportive, never a sanction.

An opener never says what is on record: it must be safe to say whoever is in the room.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from risk_model.referrals.reasons import Reason


@dataclass(frozen=True)
class Opener:
    """Words to start with, and what to take care of."""

    say: str
    care: str


GENERAL = Opener(
    "We offer support; it is free and it is your choice. What are you into, and what would make the next few months "
    "better?",
    "Make clear that saying no has no consequences.",
)
HARMED = Opener(
    "Growing up round here is not always easy. Is there anything that would help you feel safer, or more yourself?",
    "Follow their lead; do not ask them to describe what happened to them.",
)
HOME = Opener(
    "How are things for you at the moment? Who is in your corner when it gets hard?",
    "Meet alone and somewhere safe. Do not mention home or the record: someone there may not know that it exists.",
)
MISSING = Opener(
    "When it all gets too much, where do you like to be, and who do you talk to?",
    "Ask what they needed, not where they were.",
)
SCHOOL = Opener(
    "What does a good day at school look like for you, and what gets in the way of having more of them?",
    "Ask the school what has already been tried, and who there gets on with them.",
)
POLICE = Opener(
    "You are not in trouble with me, and this is your choice. What is going well, and what would you like to change?",
    "Do not ask about any police matter that is still open; the offer does not depend on it.",
)
ANTISOCIAL = Opener(
    "What is there to do round here? If it were up to you, what would there be?",
    "Have something real to offer: a club, a coach, a place to go.",
)
CARE = Opener(
    "You may know plenty of professionals already. Who is useful to you, and what could we add, if anything?",
    "Agree with their social worker who makes the offer.",
)
BEFORE = Opener(
    "You have worked with a team before. What was useful, and what was not?",
    "Find out what was promised then and whether it happened.",
)

_BY_KIND = {
    "da_incident": HOME, "domestic_occurrence": HOME, "missing": MISSING, "return_interview": MISSING,
    "suspension": SCHOOL, "exclusion": SCHOOL, "attendance": SCHOOL, "unauthorised_absence": SCHOOL,
    "occurrence": POLICE, "weapon_occurrence": POLICE, "outcome": POLICE, "custody": POLICE, "stop_search": POLICE,
    "asb": ANTISOCIAL, "cin": CARE, "cp": CARE, "cin_factor": CARE, "cla": CARE, "yj_disposal": BEFORE,
}  # fmt: skip


def opener_for(reasons: Sequence[Reason]) -> Opener:
    """The opener of the strongest reason that has a record behind it; a general one if none has."""
    behind = [reason.evidence for reason in reasons if reason.evidence is not None]
    if not behind:
        return GENERAL
    if behind[0].role == "victim":
        return HARMED
    return _BY_KIND.get(behind[0].kind, GENERAL)
