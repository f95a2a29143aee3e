"""Refusals: what a user can put right, apart from bugs. Each has one exit code and never carries personal data."""

from __future__ import annotations

from collections.abc import Sequence


class Refusal(Exception):
    """Something the user can put right. The message says what is wrong, where, and what to do next."""

    exit_code = 2


class BadInput(Refusal):
    """A partner's file or another input is missing, malformed or contradicts its contract."""

    exit_code = 3


class BadConfiguration(Refusal):
    """An experiment, agreement or setting cannot be used as written."""

    exit_code = 4


class EmptyCohort(Refusal):
    """Nobody is left after the cohort's rules; nothing downstream would mean anything."""

    exit_code = 5


class MissingStep(Refusal):
    """An earlier step has not been run in this workspace."""

    exit_code = 6


class NotPermitted(Refusal):
    """An agreement, a sign-off or a governance rule forbids this."""

    exit_code = 7


def all_faults(title: str, faults: Sequence[str]) -> str:
    """One message that names every fault of a file together, one a line.

    >>> print(all_faults("custody feed, 2 faults:", ["no column arrest_dt", "no column offence"]))
    custody feed, 2 faults:
      - no column arrest_dt
      - no column offence
    """
    return "\n".join([title, *(f"  - {fault}" for fault in faults)])
