"""Data coverage: how much is on record, and how fresh. It says how far to trust the rest, and is never a reason.

Without it a model takes a thin record for a quiet life.
"""

from __future__ import annotations

from features.catalogue.story import Story
from features.definition import AnyFeature, Phrase, Summary, Where
from features.windows import LookBack

THEME = "data coverage"
HELD = "record held"
"""Ends the name of every family here."""

SCHOOL = Story("school_record", THEME, Where("attendance"), "reported on by a school", family=f"school {HELD}")
CARE = Story("care_record", THEME, Where(("cin", "cp", "cla")), "reported on by social care",
             family=f"social care {HELD}")  # fmt: skip
OTHER = Story("other_services_record", THEME, Where(("fire_referral", "encompass_notice", "ppn")), "",
              family=f"other services' {HELD}")  # fmt: skip

FEATURES: tuple[AnyFeature, ...] = (
    *SCHOOL.counts(730, None),
    *SCHOOL.since_first(),
    *SCHOOL.since_last(),
    *SCHOOL.longest_gap(730),
    *CARE.counts(None),
    *CARE.since_last(),
    OTHER.ask(
        "any",
        "Does a record of the fire service, of a school's safeguarding notices or of protection notices speak of the "
        "young person?",
        LookBack(), Summary.ANY,
        Phrase(none="No record of the fire service, safeguarding notices or protection notices held",
               many="A record of the fire service, safeguarding notices or protection notices is held"),
    ),
)  # fmt: skip
