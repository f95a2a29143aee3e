"""Children's social care: spells as a child in need, on a child-protection plan and in care, and how settled care was.

Being helped is not a mark against anybody, so no direction is assumed here.
"""

from __future__ import annotations

from dataclasses import dataclass

from features.catalogue.story import Story
from features.catalogue.wording import said, suffix
from features.definition import AnyFeature, Feature, Phrase, Ratio, Strength, Summary, Where
from features.windows import LookBack

THEME = "care"


@dataclass(frozen=True)
class Spells:
    """Spells of one kind, and the words for being in one and for one beginning."""

    stem: str
    kind: str
    being: str
    began: str
    family: str
    theme: str = THEME
    sensitive: bool = False

    @property
    def story(self) -> Story:
        """Spells beginning, as a story."""
        return Story(self.stem, self.theme, Where(self.kind), self.began, family=self.family, sensitive=self.sensitive)

    def now(self) -> tuple[Feature, ...]:
        """Whether one is ongoing."""
        return (self.story.ask(
            "now", f"Is the young person {self.being} now?", LookBack(), Summary.ONGOING,
            Phrase(none=f"Not {self.being} now", many=f"{_capital(self.being)} now"),
        ),)  # fmt: skip

    def known(self) -> tuple[Feature, ...]:
        """Whether there ever was one."""
        return (self.story.ask(
            "known", f"Has the young person ever been {self.being} in the records held?", LookBack(), Summary.ANY,
            Phrase(none=f"Never {self.being} in the records held", many=f"{_capital(self.being)} now or before"),
        ),)  # fmt: skip

    def days(self, *windows: int | None) -> tuple[Feature, ...]:
        """Days of the window spent in one."""
        return tuple(
            self.story.ask(
                f"days_{suffix(window)}", f"How many days was the young person {self.being} {said(window)}?", window,
                Summary.OVERLAP_DAYS,
                Phrase(none=f"Not {self.being} {said(window)}", many=f"{_capital(self.being)} for {{n}} {said(window)}",
                       as_duration=True),
            )
            for window in map(LookBack, windows)
        )  # fmt: skip

    def ended(self, strength: str) -> tuple[Ratio, ...]:
        """Of those who ever were, who still is: 0 where it has ended, missing where it never was."""
        return (Ratio(
            f"{self.stem}_still", f"If the young person was ever {self.being}, are they still?",
            theme=self.theme, family=self.family, when_missing=None, sensitive=self.sensitive,
            over=f"{self.stem}_now", under=f"{self.stem}_known",
            phrase=Phrase(none=f"Was {self.being} before, and no longer is", many=f"{_capital(self.being)} now",
                          unknown=f"Never {self.being} in the records held"),
            strength=Strength(strength, at_most=0),
        ),)  # fmt: skip


def _capital(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]


IN_NEED = Spells("child_in_need", "cin", "a child in need", "assessed as a child in need", "child in need")
PROTECTED = Spells("protection_plan", "cp", "on a child-protection plan", "placed on a child-protection plan",
                   "child-protection plan")  # fmt: skip
IN_CARE = Spells("in_care", "cla", "in care", "", "time in care")
PLACED = Story("care_placements", THEME, Where("cla"), "given a new placement in care", family="care placements")
PLACED_RESIDENTIAL = Story("care_residential", THEME, Where("cla", code=("residential", "secure")),
                           "placed in a children's home or secure home", family="care placements")  # fmt: skip
PLACED_FOSTER = Story("care_foster", THEME, Where("cla", code=("foster", "kinship")),
                      "placed with foster carers or relatives", family="care placements")  # fmt: skip
PLACED_ALONE = Story("care_independent", THEME, Where("cla", code="independent"), "placed in independent living",
                     family="care placements")  # fmt: skip


def _need(stem: str, code: str, words: str) -> tuple[Feature, ...]:
    """Whether social care ever named this as the child's main need."""
    story = Story(f"need_{stem}", THEME, Where(("cin", "cp"), code=code), "", family="main need",
                  sensitive=code == "N1")  # fmt: skip
    return (story.ask(
        "ever", f"Did social care name {words} as the main need in the records held?", LookBack(), Summary.ANY,
        Phrase(none=f"Social care has not named {words} as the main need in the records held",
               many=f"Social care named {words} as the main need in the records held"),
    ),)  # fmt: skip


FEATURES: tuple[AnyFeature, ...] = (
    *IN_NEED.now(),
    *IN_NEED.known(),
    *IN_NEED.ended("No longer a child in need"),
    *IN_NEED.story.counts(365, 730, None),
    *IN_NEED.days(365, 730, None),
    *IN_NEED.story.since_first(),
    *IN_NEED.story.since_last(),
    *_need("abuse_or_neglect", "N1", "abuse or neglect"),
    *_need("family_stress", "N4", "a family under acute stress"),
    *_need("family_difficulty", "N5", "a family in difficulty"),
    *_need("behaviour", "N6", "behaviour others find hard to accept"),
    Story("young_carer", THEME, Where("cin_factor", code="7A"), "", family="young carer").ask(
        "ever", "Was the young person found to be a young carer in the records held?", LookBack(), Summary.ANY,
        Phrase(none="Not found to be a young carer in the records held",
               many="Found to be a young carer in the records held"),
    ),
    *PROTECTED.now(),
    *PROTECTED.known(),
    *PROTECTED.ended("No longer on a child-protection plan"),
    *PROTECTED.story.counts(730, None),
    *PROTECTED.days(365, 730, None),
    *PROTECTED.story.since_last(),
    *IN_CARE.now(),
    *IN_CARE.known(),
    *IN_CARE.ended("No longer in care"),
    *IN_CARE.days(365, 730, None),
    *PLACED.counts(182, 365, 730, None),
    PLACED.ask(
        "kinds_ever", "In how many different kinds of placement has the young person lived while in care?", LookBack(),
        Summary.DISTINCT_CODES,
        Phrase(none="No placement in care in the records held",
               one="Has lived in one kind of placement while in care, in the records held",
               many="Has lived in {n} different kinds of placement while in care, in the records held"),
    ),
    *PLACED.since_first(),
    *PLACED.since_last(),
    *PLACED_RESIDENTIAL.counts(730, None),
    *PLACED_FOSTER.counts(None),
    *PLACED_ALONE.counts(None),
)  # fmt: skip
