"""One story in a person's records, and the ways to ask about it over several windows, each with its own plain words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from features.catalogue.wording import said, suffix
from features.definition import Around, Change, Feature, HomeArea, Measure, Phrase, Strength, Summary, Where
from features.windows import LookBack


@dataclass(frozen=True)
class Story:
    """What a family of features shares. ``did`` ends "the young person was ..."; ``about`` is another subject, if any.

    >>> story = Story("suspect_records", "contact as suspect", Where("occurrence", role="suspect"),
    ...               "recorded as a suspect", family="records as a suspect")
    >>> past_year, ever = story.counts(365, None)
    >>> past_year.name, past_year.question
    ('suspect_records_last_365_days', 'How many times was the young person recorded as a suspect in the past year?')
    >>> past_year.phrase.say(3), ever.phrase.say(0)
    ('Recorded as a suspect 3 times in the past year', 'Not recorded as a suspect in the records held')
    """

    stem: str
    theme: str
    events: Where
    did: str
    about: str = ""
    family: str = ""
    direction: int = 0
    discretion: bool = False
    sensitive: bool = False
    of: Around | HomeArea | None = None
    """Whose events, if not the young person's own."""

    @property
    def who(self) -> str:
        """The subject of a question."""
        return self.about or "the young person"

    @property
    def never(self) -> str:
        """The start of a sentence for "no such event"."""
        about = self.about.removeprefix("a ").removeprefix("an ")
        return f"No {about} {self.did}" if self.about else f"Not {self.did}"

    def happened(self, adverb: str = "") -> str:
        """The start of a sentence for "there was such an event", with ``first`` or ``last`` where wanted."""
        words = [self.about, adverb, self.did]
        sentence = " ".join(word for word in words if word)
        return sentence[0].upper() + sentence[1:]

    def counts(
        self, *windows: int | None, strength: Strength | None = None, summary: Summary = Summary.COUNT
    ) -> tuple[Feature, ...]:
        """How many times, one feature a window. ``strength`` goes to the one-year window (the only one, if one)."""
        made = []
        for window in map(LookBack, windows):
            made.append(self.ask(
                suffix(window), f"How many times was {self.who} {self.did} {said(window)}?", window, summary,
                Phrase(none=f"{self.never} {said(window)}", one=f"{self.happened()} once {said(window)}",
                       many=f"{self.happened()} {{n}} times {said(window)}"),
                strength=strength if window.days == 365 or len(windows) == 1 else None,
            ))  # fmt: skip
        return tuple(made)

    def counts_since(self, age: int) -> tuple[Feature, ...]:
        """How many times since a birthday, so that a child of 12 and one of 17 have each their own years."""
        return tuple(
            self.ask(
                suffix(window), f"How many times was {self.who} {self.did} {said(window)}?", window, Summary.COUNT,
                Phrase(none=f"{self.never} {said(window)}", one=f"{self.happened()} once {said(window)}",
                       many=f"{self.happened()} {{n}} times {said(window)}"),
            )
            for window in [LookBack(since_age=age)]
        )  # fmt: skip

    def gaps(self, *windows: int | None) -> tuple[Feature, ...]:
        """Days between one day with a record and the next, on average; missing with fewer than two such days."""
        return self._between("average", "on average", "about", Summary.MEAN_GAP, windows)

    def longest_gap(self, *windows: int | None) -> tuple[Feature, ...]:
        """The longest time between one day with a record and the next."""
        return self._between("longest", "at most", "never longer than", Summary.LONGEST_GAP, windows)

    def busiest(self, span_days: int, *windows: int | None) -> tuple[Feature, ...]:
        """The most in any so many days: a burst."""
        return tuple(
            self.ask(
                f"most_in_{span_days}_days_{suffix(window)}",
                f"How many times at most was {self.who} {self.did} within {span_days} days {said(window)}?",
                window, Summary.MOST_WITHIN,
                Phrase(none=f"{self.never} {said(window)}",
                       one=f"{self.happened()} {said(window)}, but never twice within {span_days} days",
                       many=f"{self.happened()} {{n}} times within {span_days} days {said(window)}"),
                span_days=span_days,
            )
            for window in map(LookBack, windows)
        )  # fmt: skip

    def streak(self, span_days: int) -> tuple[Feature, ...]:
        """For how many spans of days in a row, back from the date, something was on record in each."""
        span = LookBack(span_days).plain.removeprefix("in the past ")
        return (self.ask(
            f"streak_of_{span_days}_days",
            f"For how many spans of {span} in a row, back from the date, was {self.who} {self.did} in each?",
            LookBack(), Summary.STREAK,
            Phrase(none=f"{self.never} in the past {span}",
                   one=f"{self.happened()} in the past {span}, and not in the {span} before",
                   many=f"{self.happened()} in each of the past {{n}} spans of {span}"),
            span_days=span_days,
        ),)  # fmt: skip

    def _between(
        self, stem: str, how: str, words: str, summary: Summary, windows: tuple[int | None, ...]
    ) -> tuple[Feature, ...]:
        return tuple(
            self.ask(
                f"{stem}_gap_{suffix(window)}",
                f"How long was it, {how}, from one day to the next on which {self.who} was {self.did} {said(window)}?",
                window, summary,
                Phrase(f"{self.happened()} on several days {said(window)}, {words} {{n}} apart", as_duration=True,
                       unknown=f"Fewer than two days on which {self.who} was {self.did} {said(window)}"),
                when_missing=None, direction=0,
            )
            for window in map(LookBack, windows)
        )  # fmt: skip

    def days(self, *windows: int | None) -> tuple[Feature, ...]:
        """On how many different days: several records of one incident count once."""
        return tuple(
            self.ask(
                f"separate_days_{suffix(window)}",
                f"On how many different days was {self.who} {self.did} {said(window)}?",
                window, Summary.DISTINCT_DAYS,
                Phrase(none=f"{self.never} {said(window)}", one=f"{self.happened()} on one day {said(window)}",
                       many=f"{self.happened()} on {{n}} different days {said(window)}"),
            )
            for window in map(LookBack, windows)
        )  # fmt: skip

    def kinds(self, *windows: int | None, joined: str = "for", thing: str = "offence") -> tuple[Feature, ...]:
        """How many different kinds (codes)."""
        return tuple(
            self.ask(
                f"kinds_{suffix(window)}",
                f"How many different kinds of {thing} was {self.who} {self.did} {joined} {said(window)}?",
                window, Summary.DISTINCT_CODES,
                Phrase(none=f"{self.never} {said(window)}",
                       one=f"{self.happened()} {joined} one kind of {thing} {said(window)}",
                       many=f"{self.happened()} {joined} {{n}} different kinds of {thing} {said(window)}"),
            )
            for window in map(LookBack, windows)
        )  # fmt: skip

    def worst(self, *windows: int | None, scale: str = "of 8") -> tuple[Feature, ...]:
        """The greatest gravity; 0 where there is none."""
        return tuple(
            self.ask(
                f"most_serious_{suffix(window)}",
                f"How serious was the most serious time {self.who} was {self.did} {said(window)}?",
                window, Summary.LARGEST,
                Phrase(none=f"{self.never} {said(window)}",
                       many=f"The most serious time {self.who} was {self.did} {said(window)}: level {{n}} {scale}"),
                measure=Measure.GRAVITY,
            )
            for window in map(LookBack, windows)
        )  # fmt: skip

    def typical(self, *windows: int | None, scale: str = "of 8") -> tuple[Feature, ...]:
        """The mean gravity; missing where there is none."""
        return tuple(
            self.ask(
                f"average_seriousness_{suffix(window)}",
                f"How serious were the times {self.who} was {self.did} {said(window)}, on average?",
                window, Summary.MEAN,
                Phrase(unknown=f"{self.never} {said(window)}",
                       many=f"The times {self.who} was {self.did} {said(window)} average level {{n}} {scale}"),
                measure=Measure.GRAVITY, when_missing=None, direction=0,
            )
            for window in map(LookBack, windows)
        )  # fmt: skip

    def weight(self, *windows: int | None, scale: str = "each from 1 to 8") -> tuple[Feature, ...]:
        """The gravity of all of them added up."""
        return tuple(
            self.ask(
                f"total_seriousness_{suffix(window)}",
                f"How serious were all the times {self.who} was {self.did} {said(window)}, added up?",
                window, Summary.TOTAL,
                Phrase(none=f"{self.never} {said(window)}",
                       many=f"The times {self.who} was {self.did} {said(window)} add up to {{n}} "
                            f"in seriousness, {scale}"),
                measure=Measure.GRAVITY,
            )
            for window in map(LookBack, windows)
        )  # fmt: skip

    def since_first(self) -> tuple[Feature, ...]:
        """Days since the first one on record; missing where there is none."""
        return (self._since("first", Summary.DAYS_SINCE_FIRST, 0, None),)

    def since_last(self, strength: Strength | None = None) -> tuple[Feature, ...]:
        """Days since the latest one on record; missing where there is none."""
        return (self._since("last", Summary.DAYS_SINCE_LAST, -self.direction, strength),)

    def change(self, recent: int = 182, whole: int = 730) -> tuple[Change, ...]:
        """The recent rate a year against the person's own past. Both counts must be in the catalogue."""
        lately, earlier = LookBack(recent).plain, round((whole - recent) / 30.44)
        return (Change(
            f"{self.stem}_change_last_{recent}_days",
            f"Was {self.who} {self.did} more often {lately} than in the {earlier} months before?",
            theme=self.theme, family=self.family, discretion=self.discretion, sensitive=self.sensitive,
            recent=f"{self.stem}_last_{recent}_days", whole=f"{self.stem}_last_{whole}_days",
            recent_days=recent, whole_days=whole,
            phrase=Phrase(none=f"{self.happened()} no more and no less often {lately} than before",
                          many=f"{self.happened()} more often {lately} than before, by {{n}} a year",
                          falling=f"{self.happened()} less often {lately} than before, by {{n}} a year"),
        ),)  # fmt: skip

    def ask(
        self, ending: str, question: str, window: LookBack, summary: Summary, phrase: Phrase, **more: Any
    ) -> Feature:
        """One feature of the story; ``more`` sets or overrides any field of :class:`Feature`."""
        fields: dict[str, Any] = {
            "theme": self.theme, "family": self.family or self.stem.replace("_", " "), "direction": self.direction,
            "discretion": self.discretion, "sensitive": self.sensitive, "events": self.events,
            "of": self.of,
        }  # fmt: skip
        return Feature(f"{self.stem}_{ending}", question, window=window, summary=summary, phrase=phrase,
                       **(fields | more))  # fmt: skip

    def _since(self, which: str, summary: Summary, direction: int, strength: Strength | None) -> Feature:
        return self.ask(
            f"days_since_{which}", f"How long ago was {self.who} {which} {self.did}?", LookBack(), summary,
            Phrase(f"{self.happened(which)} {{n}} ago", as_duration=True, unknown=f"{self.never} {said(LookBack())}"),
            when_missing=None, direction=direction, strength=strength,
        )  # fmt: skip
