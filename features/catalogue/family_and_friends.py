"""Family and friends: what is on record about people around the young person, as known on the date.

Left out unless an experiment asks (``others = true``): nobody answers for what others did, and a reason that is about
somebody else cannot be said, so it cannot be challenged. Reasons never say any of it, only that such records counted.
"""

from __future__ import annotations

from features.catalogue.care import Spells
from features.catalogue.contact_as_suspect import REPORTED_HARM
from features.catalogue.story import Story
from features.catalogue.wording import OFFENCES, said, suffix
from features.definition import AnyFeature, Around, Feature, Phrase, Summary, Where
from features.windows import LookBack

THEME = "family and friends"
SUSPECT = Where("occurrence", role="suspect")
PEOPLE: dict[str, tuple[Around, str]] = {
    "siblings": (Around("sibling"), "a brother or sister"),
    "household": (Around("household"), "a person at the same address"),
    "co_suspects": (Around("co_suspect"), "a person suspected in the same incident"),
}
"""Who is meant: how names say it, the relation, and the words."""


def _others(people: str, stem: str, events: Where, did: str) -> Story:
    """A story about people around the young person. Several of them count together."""
    of, words = PEOPLE[people]
    return Story(f"{people}_{stem}", THEME, events, did, about=words, family=f"records of {_plural(words)}",
                 sensitive=True, of=of)  # fmt: skip


def _plural(words: str) -> str:
    return words.replace("a brother or sister", "brothers and sisters").replace("a person", "people")


def _suspect(people: str) -> Story:
    return _others(people, "suspect_records", SUSPECT, "recorded as a suspect")


def _violence(people: str) -> Story:
    codes, words = OFFENCES["violence"]
    return _others(people, "suspect_violence", Where("occurrence", role="suspect", code=codes),
                   f"recorded as a suspect for {words}")  # fmt: skip


def _any(story: Story, ending: str, question: str, none: str, many: str, window: LookBack) -> Feature:
    return story.ask(f"{ending}_{suffix(window)}", f"{question} {said(window)}?", window, Summary.ANY,
                     Phrase(none=f"{none} {said(window)}", many=f"{many} {said(window)}"))  # fmt: skip


HARMED = _others("siblings", "victim_records", Where("occurrence", role="victim"), "recorded as a victim")
ON_PROBATION = Spells("family_probation", "family_probation", "in a family with somebody on probation",
                      "in a family where somebody began a time on probation", "probation in the family",
                      theme=THEME, sensitive=True)  # fmt: skip
REPORTED_BY_FRIENDS = _others("co_suspects", "reported_harm", Where("occurrence", role="suspect", code=REPORTED_HARM),
                              "recorded as a suspect in a matter other people usually report")  # fmt: skip


def _of_whom(code: str, words: str) -> Feature:
    story = Story(f"family_probation_{code}", THEME, Where("family_probation", code=code), "",
                  family="probation in the family", sensitive=True)  # fmt: skip
    return _any(story, "any", f"Was {words} of the young person supervised by probation",
                f"No {words.removeprefix('a ')} was supervised by probation",
                f"{words.capitalize()} was supervised by probation", LookBack())  # fmt: skip


FEATURES: tuple[AnyFeature, ...] = (
    *_suspect("siblings").counts(365, 730, None),
    *_suspect("siblings").since_last(),
    *_violence("siblings").counts(730, None),
    *_others("siblings", "custody", Where("custody"), "held in police custody").counts(730, None),
    *_others("siblings", "missing", Where("missing"), "reported missing or away").counts(365, None),
    *HARMED.counts(365, None),
    *_others("siblings", "suspended", Where("suspension"), "suspended from school").days(365),
    *_others("siblings", "placed_in_care", Where("cla"), "given a placement in care").counts(None),
    *_suspect("household").counts(365, 730, None),
    *_violence("household").counts(730, None),
    *_others("household", "custody", Where("custody"), "held in police custody").counts(730),
    *_suspect("co_suspects").counts(182, 365, 730, None),
    *_suspect("co_suspects").since_last(),
    *_suspect("co_suspects").worst(730),
    *_violence("co_suspects").counts(365, 730),
    *REPORTED_BY_FRIENDS.counts(365),
    *_others("co_suspects", "custody", Where("custody"), "held in police custody").counts(365, 730),
    *_others("co_suspects", "missing", Where("missing"), "reported missing or away").counts(365),
    *ON_PROBATION.now(),
    *ON_PROBATION.known(),
    *ON_PROBATION.story.counts(730, None),
    *ON_PROBATION.days(365, 730, None),
    *ON_PROBATION.story.since_first(),
    _of_whom("parent", "a parent"),
    _of_whom("sibling", "a brother or sister"),
)  # fmt: skip
