"""Plain words for what workers read: dates and roles; and the words we never use."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from features.definition import Described
from risk_model.errors import BadConfiguration, all_faults

NEVER_SAID = re.compile(
    r"\b(offend(er|ers|ing)|re-?offend\w*|high[- ]risk|risk[- ]scores?|nominals?|perpetrator\w*|criminals|"
    r"gang members?)\b",
    re.IGNORECASE,
)
"""Words no worker, young person or family should read about a child (Child First language)."""

PROTECTED_WORDS = re.compile(
    r"\b(male|female|boys?|girls?|sex|gender|transgender|ethnic\w*|race|racial|white|black|asian|mixed heritage|"
    r"travellers?|roma|religio\w*|faith|muslim|christian|jewish|disab\w*|(?-i:SEND?|EHCPs?)|autis\w*|adhd|gay|lesbian|"
    r"bisexual|pregnan\w*|matern\w*|married)\b",
    re.IGNORECASE,
)
"""Words that would put a protected characteristic (other than age) into a reason."""

PURPOSE = (
    "To offer voluntary, early support. Never for stop and search, arrest, bail, charging, housing or any sanction. "
    "A person decides every offer, and every young person may say no."
)
"""What a list is for, on every page and every row."""

_POLICE = {
    "suspect": "suspect",
    "victim": "victim",
    "witness": "witness",
    "reporter": "the person who reported it",
    "other": "linked in another way",
}
_BY_KIND = {
    ("stop_search", "subject"): "person searched",
    ("custody", "subject"): "person detained",
    ("missing", "subject"): "missing young person",
    ("return_interview", "subject"): "missing young person",
    ("asb", "subject"): "named as involved",
    ("asb", "victim"): "victim",
    ("da_incident", "child_present"): "child in the home",
    ("yj_disposal", "subject"): "person dealt with",
    ("ppn", "child"): "child an officer was worried about",
    ("fire_referral", "child"): "referred young person",
    ("fire_programme", "child"): "young person who took part",
    ("court_hearing", "defendant"): "young person before the court",
}
_GENERAL = {
    "pupil": "pupil",
    "child": "child known to social care",
    "resident": "resident",
    "subject": "the young person",
}


def role_in_words(kind: str, role: str) -> str:
    """Who the young person was in such an event; a victim is never called a suspect, nor the other way about.

    >>> role_in_words("occurrence", "victim"), role_in_words("da_incident", "child_present")
    ('victim', 'child in the home')
    """
    return _BY_KIND.get((kind, role)) or _POLICE.get(role) or _GENERAL.get(role) or role.replace("_", " ")


def day_in_words(day: date) -> str:
    """A date as people write it.

    >>> day_in_words(date(2025, 11, 2))
    '2 November 2025'
    """
    return f"{day.day} {day:%B %Y}"


def sentences_of(feature: Described) -> tuple[str, ...]:
    """Every sentence a feature can put in front of a worker."""
    phrase = feature.phrase
    strength = (feature.strength.sentence,) if feature.strength else ()
    return tuple(text for text in (phrase.many, phrase.one, phrase.none, phrase.unknown, *strength) if text)


def check_wording(features: Iterable[Described]) -> None:
    """Refuse features whose sentences label a child or name a protected characteristic, all faults together.

    :raises BadConfiguration: a phrase or strength uses such a word.
    """
    faults = []
    for feature in features:
        for text in sentences_of(feature):
            for pattern, why in ((NEVER_SAID, "labels a child"), (PROTECTED_WORDS, "names a protected characteristic")):
                found = pattern.search(text)
                if found:
                    faults.append(f"{feature.name}: {found.group(0)!r} in {text!r} {why}; say it in other words")
    if faults:
        raise BadConfiguration(all_faults(f"feature phrases, {len(faults)} fault(s):", faults))
