"""Which events a feature looks at, and whose: the person's own, those of people around them, or those of their area."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from features.events import KINDS, RELATIONS
from features.windows import is_during, sql_during

Names = str | tuple[str, ...]


def as_tuple(names: Names | None) -> tuple[str, ...]:
    """One name or several, as several; none for ``None``."""
    return () if names is None else (names,) if isinstance(names, str) else names


@dataclass(frozen=True)
class CodeList:
    """Codes that belong to a group for events that happened from ``first`` until the day before ``before``."""

    codes: tuple[str, ...]
    first: date | None = None
    before: date | None = None


@dataclass(frozen=True)
class CodeGroup:
    """A named group of codes whose lists carry effective dates: a code counts only while a list of the group says so.

    What decides is the day an event happened on, so a list that changes never rewrites the past.

    >>> knives = CodeGroup("knife crime", (CodeList(("weapons",), before=date(2023, 4, 1)),
    ...                                    CodeList(("weapons", "robbery"), first=date(2023, 4, 1))))
    >>> knives.holds("robbery", date(2023, 3, 31)), knives.holds("robbery", date(2023, 4, 1))
    (False, True)
    >>> Where("occurrence", role="suspect", code=knives).matches("occurrence", "suspect", "robbery", date(2023, 3, 31))
    False
    """

    name: str
    lists: tuple[CodeList, ...]

    def holds(self, code: str, happened_on: date | None) -> bool:
        """Whether the code counts for an event of that day; without a day, whether it ever does."""
        return any(code in each.codes and is_during(happened_on, each.first, each.before) for each in self.lists)

    @property
    def turns(self) -> set[date]:
        """The days on which what counts may change."""
        return {day for each in self.lists for day in (each.first, each.before) if day is not None}

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code that ever counts, each once, in the order of the lists."""
        return tuple(dict.fromkeys(code for each in self.lists for code in each.codes))

    def sql(self, alias: str) -> str:
        """The same test as SQL over an event table."""
        day = f"{alias}.happened_on"
        tests = [
            f"{_listed(f'{alias}.code', each.codes)} AND {sql_during(day, each.first, each.before)}"
            for each in self.lists
        ]
        return f"(({') OR ('.join(tests)}))"


@dataclass(frozen=True)
class Where:
    """Which events a feature looks at; ``None`` means any role or any code of that kind.

    >>> Where("occurrence", role="suspect").matches("occurrence", "suspect", "theft")
    True
    >>> Where("occurrence", role="suspect", code=("robbery", "theft")).matches("occurrence", "victim", "theft")
    False
    """

    kind: Names
    role: Names | None = None
    code: Names | CodeGroup | None = None

    def matches(self, kind: str, role: str, code: str, happened_on: date | None = None) -> bool:
        """Whether an event of this kind, role and code is meant; ``happened_on`` matters to a :class:`CodeGroup`."""
        if kind not in as_tuple(self.kind) or (self.role is not None and role not in as_tuple(self.role)):
            return False
        if isinstance(self.code, CodeGroup):
            return self.code.holds(code, happened_on)
        return self.code is None or code in as_tuple(self.code)

    def sql(self, alias: str = "e") -> str:
        """The same test as SQL over an event table. Names come from the vocabulary, so they need no escaping.

        >>> Where("occurrence", role="suspect").sql()
        "(e.kind IN ('occurrence') AND e.role IN ('suspect'))"
        """
        group = isinstance(self.code, CodeGroup)
        names = (("kind", self.kinds, False), ("role", as_tuple(self.role), self.role is None),
                 ("code", self.codes, self.code is None or group))  # fmt: skip
        tests = [_listed(f"{alias}.{column}", wanted) for column, wanted, any_is_meant in names if not any_is_meant]
        if isinstance(self.code, CodeGroup):
            tests.append(self.code.sql(alias))
        return f"({' AND '.join(tests)})"

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of event named."""
        return as_tuple(self.kind)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes named; none where any code is meant."""
        return self.code.codes if isinstance(self.code, CodeGroup) else as_tuple(self.code)

    def faults(self) -> list[str]:
        """What is wrong with it against the vocabulary, each fault with what is allowed."""
        found = []
        for kind in self.kinds:
            if kind not in KINDS:
                found.append(f"no kind of event {kind!r}; there are {', '.join(KINDS)}")
        known = [KINDS[kind] for kind in self.kinds if kind in KINDS]
        for wanted, allowed, what in (
            (as_tuple(self.role), {role for kind in known for role in kind.roles}, "role"),
            (self.codes, {code for kind in known for code in kind.codes}, "code"),
        ):
            for name in wanted:
                if known and name not in allowed:
                    found.append(f"{'/'.join(self.kinds)} has no {what} {name!r}; it has {', '.join(sorted(allowed))}")
        return found + list(self._empty_lists())

    def _empty_lists(self) -> Iterator[str]:
        if not isinstance(self.code, CodeGroup):
            return
        for each in self.code.lists:
            if each.first is not None and not is_during(each.first, None, each.before):
                yield f"the group {self.code.name!r} has a list that ends before it begins"


def _listed(column: str, names: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(name) for name in names)})"


class Holding(StrEnum):
    """When a relation must hold for the other person's events to count."""

    EVER = "at any time before the date"
    ON_THE_DATE = "on the date"
    WHEN_IT_HAPPENED = "when the event happened"


@dataclass(frozen=True)
class Around:
    """The events of others around the person: those related by ``relation`` (see ``features.events.RELATIONS``).

    An event of theirs counts only where both were known on the date: that they are related, and the event itself. It
    counts once, however many records relate the two.

    >>> Around("sibling").plain, Around("household", Holding.ON_THE_DATE).plain
    ('of brothers and sisters', 'of people at the same address (on the date)')
    >>> Around("neighbour").faults()
    ["no relation 'neighbour'; there are sibling, household, co_suspect"]
    """

    relation: Names
    holding: Holding = Holding.EVER

    @property
    def plain(self) -> str:
        """Whose events, in plain words."""
        who = " or ".join(RELATIONS.get(name, name) for name in as_tuple(self.relation))
        return f"of {who}" + ("" if self.holding is Holding.EVER else f" ({self.holding})")

    def faults(self) -> list[str]:
        """Relations that are not in the vocabulary."""
        unknown = [name for name in as_tuple(self.relation) if name not in RELATIONS]
        return [f"no relation {name!r}; there are {', '.join(RELATIONS)}" for name in unknown]


@dataclass(frozen=True)
class HomeArea:
    """The events of the small area (LSOA) where the person was known to live on the date; they are about no person.

    Such a feature is missing where no home was known on the date, whatever ``when_missing`` says: that stands for an
    area with no such event.
    """

    @property
    def plain(self) -> str:
        """Whose events, in plain words."""
        return "of the area lived in on the date"
