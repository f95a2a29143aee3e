"""What is wrong with partners' extracts, and how often: the one place where the synthetic world's messiness is set.

The kinds of defect are those real extracts have; the rates are settings, not published figures. Twins, moves and
siblings are no defects: they are part of the lives (``population``).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date


@dataclass(frozen=True)
class Defects:
    """Shares from 0 to 1, of records unless said otherwise, and a day.

    ``_again`` is for police records opened a second time."""

    new_system: date = date(2021, 6, 1)
    """The day police change to another records system: older records keep their numbers, new ones are numbered its
    way. A day after the last of the world is no change at all."""
    new_record: float = 0.035
    """Of police contacts after the first: open another record of the same child instead of finding the old one."""
    not_carried_over: float = 0.06
    """Of children police knew before their new records system: not found in it when next met, so a record is opened
    again. A setting."""
    merged: float = 0.60
    """Of such records: later merged into an earlier one."""
    merged_in_a_chain: float = 0.50
    """Of third and later merged records: merged into one that was itself merged away."""
    misspelt: float = 0.010
    """Of names as typed, each of forename and surname, in every system but the school's."""
    misspelt_again: float = 0.14
    unfamiliar_times: float = 2.0
    """How many times as often a name that is not of a British or Irish tradition is misspelt."""
    swapped: float = 0.002
    """Forename in the surname's place."""
    swapped_again: float = 0.03
    two_surnames: float = 0.05
    """Of families: the children go by the other parent's surname too; the school uses one."""
    other_surname_used: float = 0.35
    """Of records outside school of children with two surnames: the other one is written."""
    born_on_1_january: float = 0.004
    """Date of birth not known but for the year."""
    born_on_1_january_again: float = 0.05
    false_birth: float = 0.002
    """A date of birth the child made up: one to three years out."""
    false_birth_again: float = 0.015
    mistyped_birth: float = 0.004
    """Day and month exchanged, or a digit wrong."""
    mistyped_birth_again: float = 0.05
    alias: float = 0.06
    no_ethnicity: float = 0.075
    """Of police records: self-defined ethnicity left empty."""
    ethnicity_not_stated: float = 0.070
    """Of police records: ``NS``. Together about 14% unknown, as among first-time entrants."""
    no_pupil_number: float = 0.12
    """Of children known to social care: their pupil number (UPN) is not held there."""
    midnight: float = 0.06
    """Of police times: left at 00:00."""
    recorded_late: float = 0.07
    """Of police records: weeks or months late, not days."""
    unrecorded: float = 0.11
    """Of crimes reported by or for a child with nobody suspected: never recorded."""
    eliminated: float = 0.08
    """Of suspects whose case ended in no further action: later eliminated (the role is taken back)."""
    broken_rows: float = 0.002
    """Of the rows of each extract: break its contract, so that intake must set them aside."""
    sent_twice: float = 0.0005
    """Of the rows of each extract: sent twice over."""

    def __post_init__(self) -> None:
        for part in fields(self):
            if part.name not in ("unfamiliar_times", "new_system") and not 0 <= getattr(self, part.name) <= 1:
                raise ValueError(f"{part.name} is a share from 0 to 1, not {getattr(self, part.name)}")


USUAL = Defects()
