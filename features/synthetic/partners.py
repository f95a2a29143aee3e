"""Every partner's extract of one community: its part of each file, from the lives lived."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.events import POLICE_ROLES
from features.synthetic import (
    care,
    contacts,
    courts,
    hospitals,
    households,
    justice,
    nominals,
    police,
    protection,
    school,
    special_needs,
    together,
)
from features.synthetic.areas import scaled_table
from features.synthetic.broken_rows import spoil
from features.synthetic.clock import FIRST_YEAR, TERMS, Ints
from features.synthetic.counting import World
from features.synthetic.course import Course
from features.synthetic.decisions import Suspicions, outcome_codes, outcome_entered_on
from features.synthetic.defects import Defects
from features.synthetic.living import Lived, Say
from features.synthetic.names import record_numbers
from features.synthetic.numbering import apart, numbers_apart
from features.synthetic.writing import CHILD, Column, coded, days, days_of, minutes, write_extract


class Partners:
    """Writes one community's part of each partner's files from the lives lived."""

    def __init__(
        self, folder: Path, community: int, lived: Lived, rows: Counter[str], say: Say, defects: Defects
    ) -> None:
        self.folder, self.community, self.rows, self.say, self.defects = folder, community, rows, say, defects
        self.kids, self.areas, self.course, self.streams = lived.children, lived.areas, lived.course, lived.streams
        self.heat = lived.hotspot
        self.links: dict[str, tuple[pa.Array, Ints]] = {}
        """By extract: record numbers, and the child each is about."""
        self.events = {name: happened.arrays() for name, happened in self.course.events.items()}
        self.suspicions = Suspicions.joined(self.course.suspicions)

    def write(self, scale: float) -> World:
        """All files; what they were made from."""
        self._put("area", _columns(scaled_table(self.areas, scale)))
        self.say("writing police extracts")
        occurrences, roles = self._police()
        cases = self._justice()
        self.say("writing school and social care extracts")
        upn = school.pupil_numbers(self.streams[2], len(self.kids))
        self._school(upn)
        needs, cares = self._care(upn)
        self._other_services(scale)
        return World(
            self.kids, self.areas, occurrences, roles, self.suspicions, self.contacts, self.asb_subjects, cases,
            self.events["suspension"], _persistent(self.course), needs, cares, self.assaults, self.unrecorded,
            self.undescribed,
        )  # fmt: skip

    def _put(self, name: str, columns: dict[str, Column]) -> None:
        spoilt = spoil(self.streams[5], name, apart(columns, self.community), self.defects)
        self.rows[name] += write_extract(self.folder, name, spoilt)

    def _link(self, name: str, numbers: pa.Array, child: Ints) -> None:
        self.links[name] = numbers_apart(numbers, self.community), child

    def _put_linked(self, name: str, number: str, columns: dict[str, Column]) -> None:
        """An extract whose rows say which child they are about, by the service's own number."""
        child = columns.pop(CHILD)
        first = np.unique(np.asarray(columns[number], dtype=np.str_), return_index=True)[1]
        self._link(name, columns[number].take(pa.array(first)), child[first])
        self._put(name, columns)

    def _police(self) -> tuple[police.Occurrences, police.Roles]:
        rng = self.streams[0]
        group = together.group_suspects(rng, self.kids, self.areas, self.suspicions)
        self.suspicions = together.share_occurrence(self.suspicions, group, self.kids.adult_on)
        made = police.make_occurrences(
            rng, self.kids, self.areas, self.suspicions, group, self.events["victim"], self.defects
        )
        self.unrecorded = police.never_recorded(*made)
        occurrences, roles = police.recorded_before_cut(*made)
        subjects, victims = self.events["asb"], self.events["asb_victim"]
        self.contacts = {
            "stop_search": contacts.searches(rng, self.kids, self.events["search"], self.defects),
            "custody": contacts.custodies(rng, self.kids, self.suspicions, self.defects),
            "missing": contacts.missing_episodes(rng, self.events["missing"], self.defects),
            "asb": contacts.asb(rng, subjects, victims, self.defects),
            "da_incident": contacts.domestic(rng, self.kids, self.events["domestic"], self.defects),
            "ppn": protection.notices(
                self.streams[6],
                self.kids,
                self.events | {"suspect": (self.suspicions.child, self.suspicions.day)},
                self.defects,
            ),
        }
        self.asb_subjects = np.flatnonzero(
            self.contacts["asb"].columns["role"].to_numpy(zero_copy_only=False) == "subject"
        )
        known = nominals.make_nominals(
            rng, [(roles.child, roles.since)] + [(c.child, c.recorded) for c in self.contacts.values()], self.defects
        )
        self._write_police(rng, occurrences, roles, known)
        return occurrences, roles

    def _write_police(
        self, rng: np.random.Generator, crimes: police.Occurrences, roles: police.Roles, known: nominals.Nominals
    ) -> None:
        held = np.unique(self.contacts["custody"].child)
        records = nominals.nominal_columns(rng, self.kids, self.areas, known, held, self.defects)
        said = pc.fill_null(records["sde_ethnicity"], "NS")
        self.undescribed = known.child, np.asarray(pc.equal(said, "NS"))
        self._put("police_nominal", records)
        occ_id = record_numbers("OCC", np.arange(1, len(crimes.began) + 1), 8)
        self._link("police_nominal", known.ids, known.child)
        self._put("occurrence", police.occurrence_columns(self.areas, crimes, occ_id))
        person = known.ids.take(pa.array(known.of_contact[0]))
        self._put("occ_role", {
            "occ_id": occ_id.take(pa.array(roles.occurrence)),
            "nominal_id": person,
            "role": coded(POLICE_ROLES, roles.role),
            "from_dt": minutes(roles.since),
            "to_dt": minutes(roles.until),
        })  # fmt: skip
        self._write_outcomes(rng, roles, occ_id, person)
        numbers = {"stop_search": ("search_id", "SS"), "custody": ("custody_id", "CU"), "missing": ("episode_id", "MP"),
                   "asb": ("incident_id", "AB"), "da_incident": ("incident_id", "DA"),
                   "ppn": ("notice_id", "PN")}  # fmt: skip
        for part, (name, contact) in zip(known.of_contact[1:], self.contacts.items(), strict=True):
            column, prefix = numbers[name]
            own = record_numbers(prefix, np.arange(1, len(contact.child) + 1), 8)
            self._put(name, {column: own, "nominal_id": known.ids.take(pa.array(part))} | contact.columns)

    def _write_outcomes(
        self, rng: np.random.Generator, roles: police.Roles, occ_id: pa.Array, person: pa.Array
    ) -> None:
        rows = np.flatnonzero(roles.suspicion >= 0)
        found = self.suspicions.rows(roles.suspicion[rows])
        code, day = outcome_codes(rng, found.outcome), outcome_entered_on(rng, found)
        day = np.maximum(day, roles.since[rows] // 1440)
        order = np.lexsort((rows, day))
        order = order[~np.asarray(days(day).is_null())[order]]
        self._put("occ_outcome", {
            "occ_id": occ_id.take(pa.array(roles.occurrence[rows[order]])),
            "nominal_id": person.take(pa.array(rows[order])),
            "code": pa.array(code[order]),
            "outcome_dt": days(day[order]),
        })  # fmt: skip

    def _justice(self) -> Suspicions:
        rng = self.streams[1]
        cases, recorded = justice.recorded_cases(rng, self.suspicions)
        columns = justice.case_columns(rng, self.kids, self.areas, cases, recorded, self.defects)
        first = np.unique(cases.child, return_index=True)[1]
        self._link("yj_case", columns["yj_person_id"].take(pa.array(first)), cases.child[first])
        self._put("yj_case", columns)
        return cases

    def _school(self, upn: pa.Array) -> None:
        rng = self.streams[3]
        self._link("school_pupil", upn, np.arange(len(self.kids)))
        pupils = school.pupil_columns(rng, self.kids, self.areas, upn)
        self._put("school_pupil", pupils)
        on_roll = np.asarray(pc.is_in(upn, pupils["upn"]))
        more, at_home = self.streams[6], self.contacts["da_incident"]
        self._put("send", special_needs.send_columns(more, self.kids, upn, on_roll))
        self._put("encompass", protection.encompass_columns(more, self.kids, upn, on_roll, at_home))
        self._put("school_suspension", school.suspension_columns(rng, self.kids, upn, self.events["suspension"]))
        self._put("attendance", school.attendance_columns(rng, upn, self.course.absences))

    def _care(self, upn: pa.Array) -> tuple[care.Spells, care.Spells]:
        rng, course = self.streams[4], self.course
        needs = care.Spells.of(course.spells["need"])
        cares = care.Spells.of(course.spells["care"])
        records = care.care_records(rng, self.kids, self.defects)
        met = np.unique(np.concatenate([needs.child, cares.child]))
        self._link("cin", records.ids.take(pa.array(met)), met)
        known = (self.events["domestic"][0], self.events["missing"][0], self.suspicions.child)
        self._put("cin", care.need_columns(rng, self.kids, self.areas, records, upn, needs, *known))
        self._put("cla", care.placement_columns(rng, self.kids, self.areas, records, upn, cares))
        return needs, cares

    def _other_services(self, scale: float) -> None:
        rng = self.streams[6]
        self._put_linked("court", "defendant_id", courts.court_columns(rng, self.kids, self.suspicions))
        self._put_linked("probation", "child_ref", households.probation_columns(rng, self.kids))
        self._put_linked("fire", "referral_id", protection.fire_columns(rng, self.kids))
        self._put_linked("housing", "member_ref", households.housing_columns(rng, self.kids))
        assaults = hospitals.istv_columns(rng, self.areas, self.heat, scale, self.defects)
        self.assaults = days_of(assaults["arrival_dt"])
        self._put("istv", assaults)


def _columns(table: pa.Table) -> dict[str, Column]:
    return {name: table.column(name) for name in table.column_names}


def _persistent(course: Course) -> dict[int, tuple[float, float]]:
    """By year of the autumn term: pupils who missed a tenth or more, and pupils."""
    found: dict[int, tuple[float, float]] = {}
    for number, who, sick, truant in course.absences:
        absent, pupils = found.get(FIRST_YEAR + TERMS[number].month // 12, (0.0, 0.0))
        share: Ints = (sick + truant > 0.10).astype(np.int64)
        found[FIRST_YEAR + TERMS[number].month // 12] = (absent + float(share.sum()), pupils + len(who))
    return found
