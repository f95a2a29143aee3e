"""What an information sharing agreement is: who controls the data, under which law, for what, which fields, how long.

The purposes are a closed list. Nothing in it is enforcement, and a purpose that is not in it cannot be written down.
"""

from __future__ import annotations

import tomllib
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from features.errors import BadConfiguration, all_faults
from features.windows import in_force

FIELD_NAME = r"^[a-z][a-z0-9_]{0,39}$"


class Regime(StrEnum):
    """The law the data is processed under. Which one applies is the controllers' decision: a setting, not advice."""

    OPEN = "no personal data (published or anonymised)"
    UK_GDPR = "UK GDPR"
    LAW_ENFORCEMENT = "Data Protection Act 2018, Part 3"


BY_STRICTNESS = tuple(Regime)
"""A feature made from several sources is under the last of these: what came in under Part 3 stays bound by it."""


class Purpose(StrEnum):
    """Everything data may come in for."""

    EARLY_SUPPORT = "early_support"
    EVALUATION = "evaluation"
    AREA_CONTEXT = "area_context"

    @property
    def words(self) -> str:
        """What the purpose is, for people."""
        return PURPOSE_WORDS[self]


PURPOSE_WORDS = {
    Purpose.EARLY_SUPPORT: "Offer voluntary early support to 10-17 year olds; never enforcement, bail, charging, "
    "housing or a sanction",
    Purpose.EVALUATION: "Find out whether offers of support did good, in figures about groups",
    Purpose.AREA_CONTEXT: "Context of small areas, without anybody's records",
}


class Record(BaseModel):
    """Frozen, and a key it does not know is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Contacts(Record):
    """Whom to ring: roles, never people, since people change and a file in a repository stays."""

    information_governance: str = Field(min_length=3)
    extract: str = Field(min_length=3)


class Agreement(Record):
    """One agreement. ``fields`` are all that may be sent, by extract; it is live from ``starts_on`` to the day before
    ``expires_on``. ``retention_months`` counts from the day a record was available; open data has none."""

    reference: str = Field(pattern=r"^[A-Z][A-Z0-9-]+$")
    controller: str = Field(min_length=3)
    regime: Regime
    purposes: tuple[Purpose, ...] = Field(min_length=1)
    starts_on: date
    expires_on: date
    reviewed_on: date
    retention_months: int | None = Field(default=None, ge=1, le=300)
    contacts: Contacts
    fields: dict[str, tuple[Annotated[str, Field(pattern=FIELD_NAME)], ...]]

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if not in_force(self.starts_on, self.starts_on, self.expires_on):
            raise ValueError("expires_on must come after starts_on")
        if self.regime is not Regime.OPEN and self.retention_months is None:
            raise ValueError("retention_months must be given where data is about people")
        return self

    @property
    def columns(self) -> dict[str, tuple[str, ...]]:
        """The fields, by extract."""
        return self.fields

    @property
    def purpose(self) -> str:
        """Its purposes, for people."""
        return "; ".join(purpose.words for purpose in self.purposes)

    def is_live(self, day: date) -> bool:
        """Whether data may come in under it on a day."""
        return in_force(day, self.starts_on, self.expires_on)


def read_agreement(path: Path) -> Agreement:
    """The agreement in a TOML file.

    :raises BadConfiguration: it is not TOML, or does not say all an agreement must, or says more: every fault.
    """
    try:
        return Agreement.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadConfiguration(f"agreement {path.name} is not TOML in UTF-8: {error}") from None
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, each['loc'])) or 'whole'}: {_said(each['msg'])}" for each in error.errors()]
        raise BadConfiguration(all_faults(f"agreement {path.name}, {len(faults)} fault(s):", faults)) from None


def _said(message: str) -> str:
    return message.removeprefix("Value error, ")


def line_of(path: Path, key: str) -> int:
    """The line (from 1) of an agreement's file on which a key stands; 1 if it is not there."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, 1) if line.split("=")[0].split("#")[0].strip() == key), 1)
