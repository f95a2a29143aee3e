"""The event contract: everything that happened to a person, in one shape, with three dates.

A row says that ``person`` had an event of ``kind`` in a ``role`` with a ``code`` at ``happened_on``; that we were told
on ``available_on``; and, where it was later taken back, on which day (``withdrawn_on``). A spell also has ``ended_on``
(the first day it no longer held; null while open). Attributes that change (residence) are events too.
A spell whose end we learnt later is two rows, one of them visible on any date: open until the day its end reached us
(``withdrawn_on``), closed from that day (``available_on``).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa

EVENT_SCHEMA = pa.schema(
    [
        pa.field("person", pa.int64(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("role", pa.string(), nullable=False),
        pa.field("code", pa.string(), nullable=False),
        pa.field("happened_on", pa.date32(), nullable=False),
        pa.field("ended_on", pa.date32()),
        pa.field("available_on", pa.date32(), nullable=False),
        pa.field("withdrawn_on", pa.date32()),
        pa.field("value", pa.float64()),
        pa.field("gravity", pa.float64()),
        pa.field("place", pa.string()),
        pa.field("source", pa.string(), nullable=False),
        pa.field("record", pa.string(), nullable=False),
    ]
)
"""Columns, in order. ``value`` and ``gravity`` are what features sum or average (units per kind, see VOCABULARY);
``place`` is an LSOA code; ``source`` a feed's name; ``record`` a keyed hash of the partner's own record number."""

RELATIONS: dict[str, str] = {
    "sibling": "brothers and sisters",
    "household": "people at the same address",
    "co_suspect": "people recorded as suspects in the same incident",
}
"""How two people may be related, each with whom it names in plain words. Only what partners' records say."""

RELATION_SCHEMA = pa.schema(
    [
        pa.field("person", pa.int64(), nullable=False),
        pa.field("other", pa.int64(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("happened_on", pa.date32(), nullable=False),
        pa.field("ended_on", pa.date32()),
        pa.field("available_on", pa.date32(), nullable=False),
        pa.field("withdrawn_on", pa.date32()),
        pa.field("source", pa.string(), nullable=False),
    ]
)
"""That ``other`` was related to ``person`` (one row each way), with the same dates as an event's. ``happened_on`` is
the first day it held, ``ended_on`` the first day it no longer did."""

AREA_EVENT_SCHEMA = pa.schema([field for field in EVENT_SCHEMA if field.name != "person"])
"""Events about a small area (``place``, never null) and about no person: kinds with ``of_area``. One row a record."""


@dataclass(frozen=True)
class Kind:
    """One kind of event: who it is about, which codes it takes, and what ``value`` and ``gravity`` measure."""

    name: str
    meaning: str
    roles: tuple[str, ...]
    codes: tuple[str, ...]
    value: str = ""
    gravity: str = ""
    spell: bool = False
    discretion: bool = False
    """Depends on what police choose to look for: kept out of the default features."""
    protected: bool = False
    """Says something of a protected characteristic: reaches the audits, and no feature may be made of it."""
    of_others: bool = False
    """About somebody else in the young person's life: never said in a reason."""
    of_means: bool = False
    """Says what a family has or can pay: kept out of the default features."""
    of_area: bool = False
    """About a small area and nobody in it: such events are kept apart (AREA_EVENT_SCHEMA)."""
    partner: str = field(kw_only=True)
    """Who sends it, in plain words."""


POLICE = "Northumbria Police"
YOUTH_JUSTICE = "Youth justice service"
EDUCATION = "Schools and the council's education service"
SOCIAL_CARE = "Children's social care"
COURTS = "HM Courts and Tribunals Service"
PROBATION = "The Probation Service"
FIRE_SERVICES = "The fire and rescue services"
LANDLORDS = "Councils and housing associations as landlords"
HOSPITALS = "Hospital emergency departments"
PUBLISHED = "Published statistics"
BROWARD_RELEASE = "A newsroom's public release of Broward County records"

OFFENCE_GROUPS = (
    "homicide", "violence_with_injury", "violence_without_injury", "sexual", "robbery", "theft",
    "criminal_damage_arson", "drugs", "weapons", "public_order", "misc",
)  # fmt: skip
OUTCOMES = ("charge", "youth_caution", "taken_into_consideration", "community_resolution", "no_further_action",
            "diversionary", "other")  # fmt: skip
DISPOSALS = ("CR", "O22", "YC", "YCC", "absolute_discharge", "fine", "referral_order", "YRO", "DTO")
FIRST_ENTRY_DISPOSALS = ("YC", "YCC", "absolute_discharge", "fine", "referral_order", "YRO", "DTO")
"""Youth cautions and court sentences. Community resolutions and outcome 22 are not first-time entry."""
SUSPENSION_REASONS = ("PP", "PA", "VP", "VA", "OW", "BU", "RA", "LG", "DS", "SM", "DA", "DB", "TH", "PH", "MT", "DM")
POLICE_ROLES = ("suspect", "victim", "witness", "reporter", "other")
CONCERNS = ("neglect", "physical_abuse", "emotional_abuse", "sexual_abuse", "exploitation", "mental_health",
            "substance_use", "home_conditions", "behaviour")  # fmt: skip
"""What worried the officer who wrote a police protection notice."""
STREET_CRIMES = ("antisocial_behaviour", "bicycle_theft", "burglary", "criminal_damage_and_arson", "drugs",
                 "other_crime", "other_theft", "possession_of_weapons", "public_disorder_and_weapons", "public_order",
                 "robbery", "shoplifting", "theft_from_the_person", "vehicle_crime", "violence_and_sexual_offences",
                 "violent_crime")  # fmt: skip
"""Categories of the public monthly street crime, those of earlier years too."""
SPECIAL_NEEDS = ("SEMH", "SLCN", "ASD", "MLD", "SPLD", "SLD", "PMLD", "HI", "VI", "MSI", "PD", "OTH")
"""The school census's main needs: social, emotional and mental health; speech and language; autism; and so on."""
NEEDS = ("N1", "N2", "N3", "N4", "N5", "N6", "N7", "N8", "N9")

VOCABULARY: tuple[Kind, ...] = (
    Kind("occurrence", "a crime or incident recorded by police", POLICE_ROLES, OFFENCE_GROUPS,
         gravity="seriousness, 1 to 8", partner=POLICE),
    Kind("domestic_occurrence", "an occurrence flagged as domestic abuse", POLICE_ROLES, OFFENCE_GROUPS,
         gravity="seriousness, 1 to 8", partner=POLICE),
    Kind("weapon_occurrence", "an occurrence flagged as involving a weapon", POLICE_ROLES, OFFENCE_GROUPS,
         gravity="seriousness, 1 to 8", partner=POLICE),
    Kind("outcome", "how an occurrence ended for a suspect", ("suspect",), OUTCOMES, partner=POLICE),
    Kind("stop_search", "a stop and search", ("subject",), ("drugs", "weapons", "stolen_property", "other"),
         discretion=True, partner=POLICE),
    Kind("custody", "a detention in police custody", ("subject",),
         ("charged", "released_under_investigation", "bail", "no_further_action", "out_of_court"),
         value="hours detained", partner=POLICE),
    Kind("missing", "an episode of being missing or away", ("subject",), ("missing", "away"),
         value="hours missing", partner=POLICE),
    Kind("return_interview", "a return-home interview", ("subject",), ("accepted", "declined", "not_offered"),
         partner=POLICE),
    Kind("asb", "an incident of anti-social behaviour", ("subject", "victim"),
         ("personal", "nuisance", "environmental"), partner=POLICE),
    Kind("da_incident", "a domestic-abuse incident with the child in the home", ("child_present",),
         ("standard", "medium", "high"), gravity="DASH grade, 1 to 3", partner=POLICE),
    Kind("yj_disposal", "a youth justice disposal", ("subject",), DISPOSALS, gravity="offence gravity, 1 to 5",
         partner=YOUTH_JUSTICE),
    Kind("suspension", "a suspension from school (one event per reason given)", ("pupil",), SUSPENSION_REASONS,
         value="sessions (half days), shared between the reasons", partner=EDUCATION),
    Kind("exclusion", "a permanent exclusion", ("pupil",), ("PERM",), partner=EDUCATION),
    Kind("attendance", "a term's attendance", ("pupil",), ("term",),
         value="share of sessions missed, 0 to 1", partner=EDUCATION),
    Kind("unauthorised_absence", "a term's unauthorised absence", ("pupil",), ("term",),
         value="share of sessions missed without leave, 0 to 1", partner=EDUCATION),
    Kind("cin", "a spell as a child in need", ("child",), NEEDS, spell=True, partner=SOCIAL_CARE),
    Kind("cp", "a spell on a child-protection plan", ("child",), NEEDS, spell=True, partner=SOCIAL_CARE),
    Kind("cin_factor", "a factor found at assessment", ("child",), ("3", "7A", "10A", "11A", "13A", "other"),
         partner=SOCIAL_CARE),
    Kind("cla", "a spell in care (one event per placement)", ("child",),
         ("foster", "kinship", "residential", "secure", "independent", "other"), spell=True, partner=SOCIAL_CARE),
    Kind("ppn", "a police protection notice about the child (one event per concern)", ("child",), CONCERNS,
         gravity="rating, 1 to 3", partner=POLICE),
    Kind("encompass_notice", "a notice to school that there was domestic abuse at home (Operation Encompass)",
         ("pupil",), ("in_time", "late"), partner=EDUCATION),
    Kind("send_support", "a spell of special educational needs support", ("pupil",), SPECIAL_NEEDS, spell=True,
         protected=True, partner=EDUCATION),
    Kind("ehcp", "a spell with an education, health and care plan", ("pupil",), SPECIAL_NEEDS, spell=True,
         protected=True, partner=EDUCATION),
    Kind("ehcp_request", "a request for an education, health and care plan", ("pupil",), SPECIAL_NEEDS,
         protected=True, partner=EDUCATION),
    Kind("court_hearing", "a hearing in the youth court", ("defendant",), ("adjourned", "not_proven", "sentenced"),
         partner=COURTS),
    Kind("court_plea", "a plea in the youth court", ("defendant",), ("guilty", "not_guilty"), partner=COURTS),
    Kind("family_probation", "a spell in which somebody in the family is supervised by probation", ("relative",),
         ("parent", "sibling", "other"), spell=True, of_others=True, partner=PROBATION),
    Kind("fire_referral", "a referral to the fire service's work with children who set fires", ("child",),
         ("deliberate_fire", "fire_play", "hoax_call"), partner=FIRE_SERVICES),
    Kind("fire_programme", "the fire service's work with a child, finished", ("child",), ("completed",),
         partner=FIRE_SERVICES),
    Kind("tenancy", "a spell in a social tenancy", ("household",), ("council", "housing_association", "temporary"),
         spell=True, of_means=True, partner=LANDLORDS),
    Kind("rent_arrears", "a spell of rent arrears", ("household",), ("arrears",), value="weeks of rent owed",
         spell=True, of_means=True, partner=LANDLORDS),
    Kind("residence", "where the child lives", ("resident",), ("home",), partner=EDUCATION),
    Kind("assault_injury", "an injury from an assault outside the home, seen in hospital, whoever was hurt",
         ("injured",), ("sharp", "other"), of_area=True, partner=HOSPITALS),
    Kind("area_occurrence", "a crime or incident recorded by police in the area, whoever was involved", ("recorded",),
         OFFENCE_GROUPS, gravity="seriousness, 1 to 8", of_area=True, partner=POLICE),
    Kind("street_crime", "published crimes of a month in the area, whoever was involved", ("recorded",), STREET_CRIMES,
         value="number of crimes", of_area=True, partner=PUBLISHED),
    Kind("screening", "a justice screening (Broward County data)", ("subject",), ("screened", "no_case_found"),
         partner=BROWARD_RELEASE),
    Kind("prior_record", "earlier charges known at screening (Broward County data)", ("subject",),
         ("juvenile_felony", "juvenile_misdemeanour", "juvenile_other", "adult_prior"),
         value="number of charges", partner=BROWARD_RELEASE),
    Kind("charge", "a charge (Broward County data)", ("subject",), ("felony", "misdemeanour", "other"),
         partner=BROWARD_RELEASE),
    Kind("jail", "a spell in jail (Broward County data)", ("subject",), ("jail",), spell=True, partner=BROWARD_RELEASE),
    Kind("return", "a new charge after screening (Broward County data)", ("subject",),
         ("felony", "misdemeanour", "other"), partner=BROWARD_RELEASE),
)  # fmt: skip

KINDS: dict[str, Kind] = {kind.name: kind for kind in VOCABULARY}
