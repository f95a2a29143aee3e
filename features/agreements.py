"""Information sharing agreements: who controls the data, under which law, for what, and which columns may come in.

A column no agreement lists never gets past the door: its file is refused before a row of it is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from features.feeds.feed import Feed, column_said

PURPOSE = "Offer voluntary early support to 10-17 year olds; never enforcement, bail, charging, housing or a sanction"


class Regime(StrEnum):
    """The law the data is processed under. Which one applies is the controllers' decision: a setting, not advice."""

    UK_GDPR = "UK GDPR"
    LAW_ENFORCEMENT = "Data Protection Act 2018, Part 3"
    OPEN = "published, no personal data"


@dataclass(frozen=True)
class Agreement:
    """One agreement: ``columns`` are all that may be sent, by extract."""

    reference: str
    controller: str
    regime: Regime
    purpose: str
    columns: Mapping[str, tuple[str, ...]]


AGREEMENTS: dict[str, Agreement] = {
    agreement.reference: agreement
    for agreement in (
        Agreement(
            "VRU-ISA-POLICE",
            controller="Chief Constable of Northumbria Police",
            regime=Regime.UK_GDPR,
            purpose=PURPOSE,
            columns={
                "police_nominal": (
                    "nominal_id", "forename", "surname", "alias", "dob", "sex", "sde_ethnicity", "ic_code", "address",
                    "uprn", "lsoa", "pnc_id", "created_dt", "merged_into",
                ),
                "occurrence": (
                    "occ_id", "ho_class", "committed_from", "committed_to", "reported_dt", "recorded_dt", "lsoa",
                    "da_flag", "weapon_flag",
                ),
                "occ_role": ("occ_id", "nominal_id", "role", "from_dt", "to_dt"),
                "occ_outcome": ("occ_id", "nominal_id", "code", "outcome_dt"),
                "stop_search": (
                    "search_id", "nominal_id", "search_dt", "self_defined_ethnicity", "officer_ethnicity",
                    "legislation", "object", "outcome", "outcome_linked",
                ),
                "custody": (
                    "custody_id", "nominal_id", "arrest_dt", "arrival_dt", "release_dt", "offence",
                    "appropriate_adult", "strip_search", "release_type", "disposal",
                ),
                "missing": (
                    "episode_id", "nominal_id", "start_dt", "end_dt", "type", "rhi_offered", "rhi_accepted",
                    "recorded_dt",
                ),
                "asb": ("incident_id", "nominal_id", "role", "incident_dt", "category", "recorded_dt"),
                "da_incident": (
                    "incident_id", "nominal_id", "incident_dt", "dash_grade", "children_present", "recorded_dt",
                ),
                "ppn": ("notice_id", "nominal_id", "incident_dt", "concern", "rating", "recorded_dt"),
            },
        ),
        Agreement(
            "VRU-ISA-YJS",
            controller="The six councils' youth justice services",
            regime=Regime.UK_GDPR,
            purpose=PURPOSE,
            columns={
                "yj_case": (
                    "case_id", "yj_person_id", "forename", "surname", "dob", "sex", "la_code", "disposal", "offence",
                    "gravity", "seriousness", "disposal_dt", "start_dt", "end_dt", "recorded_dt",
                ),
            },
        ),
        Agreement(
            "VRU-ISA-EDUCATION",
            controller="The six councils' education services",
            regime=Regime.UK_GDPR,
            purpose=PURPOSE,
            columns={
                "school_pupil": (
                    "upn", "forename", "surname", "dob", "sex", "ethnicity", "lsoa", "la_code", "send_provision",
                    "census_dt",
                ),
                "school_suspension": (
                    "upn", "type", "start_dt", "sessions", "reason_1", "reason_2", "reason_3", "recorded_dt",
                ),
                "attendance": (
                    "upn", "term", "term_start", "term_end", "sessions_possible", "sessions_authorised_absence",
                    "sessions_unauthorised_absence",
                ),
                "send": (
                    "upn", "provision", "need", "start_dt", "end_dt", "ehcp_requested_dt", "ehcp_issued_dt",
                    "recorded_dt",
                ),
                "encompass": ("notice_id", "upn", "incident_dt", "notified_dt", "before_next_school_day"),
            },
        ),
        Agreement(
            "VRU-ISA-CARE",
            controller="The six councils' children's services",
            regime=Regime.UK_GDPR,
            purpose=PURPOSE,
            columns={
                "cin": (
                    "child_id", "upn", "forename", "surname", "dob", "sex", "ethnicity", "la_code", "referral_dt",
                    "need", "factors", "plan", "close_dt", "recorded_dt",
                ),
                "cla": (
                    "child_id", "upn", "forename", "surname", "dob", "sex", "ethnicity", "la_code", "decom", "rne",
                    "ls", "cin", "place", "dec", "rec",
                ),
            },
        ),
        Agreement(
            "VRU-ISA-COURTS",
            controller="HM Courts and Tribunals Service",
            regime=Regime.UK_GDPR,
            purpose=PURPOSE,
            columns={
                "court": (
                    "hearing_id", "defendant_id", "forename", "surname", "dob", "hearing_dt", "offence", "plea",
                    "disposal", "recorded_dt",
                ),
            },
        ),
        Agreement(
            "VRU-ISA-PROBATION",
            controller="The Probation Service",
            regime=Regime.UK_GDPR,
            purpose=PURPOSE,
            columns={
                "probation": (
                    "supervision_id", "child_ref", "forename", "surname", "dob", "relationship", "supervision",
                    "start_dt", "end_dt", "recorded_dt",
                ),
            },
        ),
        Agreement(
            "VRU-ISA-FIRE",
            controller="The two fire and rescue authorities",
            regime=Regime.UK_GDPR,
            purpose=PURPOSE,
            columns={
                "fire": (
                    "referral_id", "forename", "surname", "dob", "incident_dt", "referral_dt", "referred_by",
                    "behaviour", "completed_dt",
                ),
            },
        ),
        Agreement(
            "VRU-ISA-HOUSING",
            controller="The six councils and the housing associations",
            regime=Regime.UK_GDPR,
            purpose=PURPOSE,
            columns={
                "housing": (
                    "tenancy_id", "member_ref", "forename", "surname", "dob", "tenure", "start_dt", "end_dt",
                    "arrears_dt", "arrears_weeks", "arrears_cleared_dt",
                ),
            },
        ),
        Agreement(
            "VRU-ISA-ISTV",
            controller="The hospital trusts",
            regime=Regime.OPEN,
            purpose="Context of small areas",
            columns={
                "istv": ("attendance_id", "arrival_dt", "assault_dt", "lsoa", "location_type", "method"),
            },
        ),
        Agreement(
            "OPEN-DATA",
            controller="Nobody: published statistics",
            regime=Regime.OPEN,
            purpose="Context of small areas",
            columns={
                "area": (
                    "lsoa_code", "lsoa_name", "local_authority", "local_authority_code", "rural_urban",
                    "population_10_17", "imd_decile",
                ),
            },
        ),
    )
}  # fmt: skip


def permitted_columns(feed: Feed) -> tuple[str, ...]:
    """The columns a partner may send for this feed."""
    return AGREEMENTS[feed.agreement].columns[feed.name]


def not_permitted(feed: Feed, sent: Sequence[str]) -> list[str]:
    """A fault for every column sent that the feed's agreement does not list, with the line to change."""
    allowed = permitted_columns(feed)
    return [
        f"{feed.file_name}, {column_said(sent, place)}: not in agreement {feed.agreement}. Ask for the extract without "
        f"it; or, once the agreement is amended, add it at {_listed_at(feed)} (and, to use it, in {feed.module})"
        for place, column in enumerate(sent)
        if column not in allowed
    ]


def _listed_at(feed: Feed) -> str:
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    entry = f'"{feed.name}": ('
    return f"features/agreements.py, line {next(n for n, line in enumerate(lines, 1) if entry in line)}"
