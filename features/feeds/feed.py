"""What a feed is: one partner extract, its contract row by row, and how its rows become people and events."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from features.agreements.agreement import Purpose


class Type(StrEnum):
    """What a cell holds; the words complete "not ..." in a quarantine reason."""

    TEXT = "text"
    DAY = "a date (YYYY-MM-DD)"
    MOMENT = "a date and time (YYYY-MM-DD HH:MM)"
    WHOLE = "a whole number in range"


class Numbering(StrEnum):
    """Whose record numbers a feed's people carry, in order of precedence: the first known names the person."""

    SCHOOL = "school"
    POLICE = "police"
    YOUTH_JUSTICE = "youth_justice"
    CARE = "care"
    COURT = "court"
    PROBATION = "probation"
    FIRE = "fire"
    HOUSING = "housing"


@dataclass(frozen=True)
class Column:
    """One column of an extract. ``codes`` lists what it may hold; ``several`` cells hold codes apart by semicolons.

    ``dated`` are codes that were not always in the list (code, first day, last day; None is open), judged by the row's
    date in ``held_on``.
    """

    name: str
    type: Type = Type.TEXT
    required: bool = False
    codes: tuple[str, ...] = ()
    several: bool = False
    least: int = 0
    most: int = 1_000_000
    dated: tuple[tuple[str, date | None, date | None], ...] = ()
    held_on: str = ""


def text(name: str, required: bool = False) -> Column:
    """A column of free text or record numbers."""
    return Column(name, required=required)


def code(name: str, codes: tuple[str, ...], required: bool = True, several: bool = False) -> Column:
    """A column that holds only these codes."""
    return Column(name, required=required, codes=codes, several=several)


def held(column: Column, on: str, **periods: tuple[date | None, date | None]) -> Column:
    """A code column of which some codes hold only in a period, judged by the row's date in the column ``on``.

    A code that is not a Python name is written with a leading underscore: ``_22=(date(2019, 4, 1), None)``.
    """
    dated = tuple((code.lstrip("_"), *period) for code, period in periods.items())
    return replace(column, dated=dated, held_on=on)


def flag(name: str, required: bool = True) -> Column:
    """A column that holds Y or N."""
    return code(name, ("Y", "N"), required)


def day(name: str, required: bool = True) -> Column:
    """A column of dates."""
    return Column(name, Type.DAY, required)


def moment(name: str, required: bool = True) -> Column:
    """A column of dates with times."""
    return Column(name, Type.MOMENT, required)


def whole(name: str, least: int, most: int, required: bool = True) -> Column:
    """A column of whole numbers from ``least`` to ``most``."""
    return Column(name, Type.WHOLE, required, least=least, most=most)


@dataclass(frozen=True)
class Reference:
    """Every value of ``column`` must be found in ``target`` of the feed ``feed``."""

    column: str
    feed: str
    target: str


@dataclass(frozen=True)
class Feed:
    """One partner extract.

    ``columns`` are what we read (the agreement may permit more; the rest is dropped at the door); ``key`` names one
    row; ``in_order`` are pairs of dates, earlier first; ``delay_days`` is how long after recording a row reaches us.

    ``events`` is SQL over the validated tables (named as their feeds) giving ``who`` (a number of ``numbering``),
    ``record`` (``record_hash(feed, the partner's number)``), ``kind``, ``role``, ``code``, ``happened_on`` and
    ``recorded_on``, and where they apply ``ended_on`` with ``end_recorded_on``, ``taken_back_on``, ``value``,
    ``gravity`` and ``place``. Events are available ``delay_days`` after ``recorded_on``. With ``shared_records``,
    several rows may speak of one record, so equal events of one person (whose records were merged) are kept once.

    ``relations`` is SQL giving ``who`` and ``other`` (numbers of ``numbering``; each pair once, it holds both ways),
    ``kind`` (see RELATIONS), ``happened_on`` and ``recorded_on``, and where they apply ``ended_on`` with
    ``end_recorded_on``, and ``taken_back_on``. ``area_events`` is SQL like ``events`` about places and nobody in them:
    ``place`` instead of ``who``.

    ``fresh_days`` is how old its newest row may be when a delivery comes, beyond ``delay_days``; ``least_volume`` the
    smallest share of the rows of the delivery before. Both are told, and refuse nothing.

    ``purpose`` is what it comes in for; its agreement must cover that. A delivery need not have an ``optional`` one.

    ``people`` is SQL giving ``who``, ``forename``, ``surname``, ``dob`` and ``stated_on``, and where held ``sex``,
    ``ethnicity``, ``send``, ``upn``, ``merged_into``, ``lsoa`` and ``council`` (the home's small area and council).
    """

    name: str
    partner: str
    agreement: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    delay_days: int
    in_order: tuple[tuple[str, str], ...] = ()
    references: tuple[Reference, ...] = ()
    numbering: Numbering | None = None
    people: str = ""
    events: str = ""
    relations: str = ""
    area_events: str = ""
    shared_records: bool = False
    error_budget: float = 0.05
    fresh_days: int = 62
    least_volume: float = 0.5
    purpose: Purpose = Purpose.EARLY_SUPPORT
    optional: bool = False

    @property
    def file_name(self) -> str:
        """The extract's file name in a delivery."""
        return f"{self.name}.csv"

    @property
    def dated_by(self) -> str:
        """The column that says when a row was recorded (or, where none does, its first date); '' where it has none."""
        dates = [column.name for column in self.columns if column.type in (Type.DAY, Type.MOMENT)]
        required = [column.name for column in self.columns if column.name in dates and column.required]
        return next((name for name in ("recorded_dt", *required, *dates) if name in dates), "")

    @property
    def module(self) -> str:
        """Where the feed is defined, from the top of the repository."""
        return f"features/feeds/{self.name}.py"


def column_said(header: Sequence[str], place: int) -> str:
    """How a message names a column of a file. Where a header is damaged its cells may be data, so they are not quoted.

    >>> column_said(["upn", "Annika"], 0), column_said(["upn", "Annika"], 1)
    ('column "upn"', 'column 2')
    """
    plain = re.fullmatch("[a-z][a-z0-9_]{0,39}", header[place])
    return f'column "{header[place]}"' if plain else f"column {place + 1}"


def sql_codes(column: str, meaning: Mapping[str, str | int], otherwise: str | None = None) -> str:
    """SQL that turns a partner's codes into ours; a code without a meaning becomes ``otherwise`` (or NULL).

    >>> sql_codes("place", {"K1": "secure"}, otherwise="other")
    "CASE place WHEN 'K1' THEN 'secure' ELSE 'other' END"
    """
    whens = " ".join(f"WHEN {theirs!r} THEN {ours!r}" for theirs, ours in meaning.items())
    return f"CASE {column} {whens}{'' if otherwise is None else f' ELSE {otherwise!r}'} END"


def sql_hours(start: str, end: str) -> str:
    """Hours from one moment to another, as SQL; NULL while there is no end."""
    return f"date_diff('minute', {start}, {end}) / 60.0"


def sql_text(value: str) -> str:
    """A piece of text as SQL.

    >>> sql_text("the council's")
    "'the council''s'"
    """
    return "'" + value.replace("'", "''") + "'"


def sql_name(name: str) -> str:
    """A table's or column's name as SQL."""
    return '"' + name.replace('"', '""') + '"'
