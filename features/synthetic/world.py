"""Makes the synthetic partners: a seeded population, ten years of their lives, and every partner's extract of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.errors import BadConfiguration
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
from features.synthetic.areas import Areas, scaled_table
from features.synthetic.broken_rows import spoil
from features.synthetic.clock import CUT, FIRST_YEAR, TERMS, Floats, Ints, birthday
from features.synthetic.course import Course
from features.synthetic.decisions import Suspicions, outcome_codes, outcome_entered_on
from features.synthetic.defects import USUAL, Defects
from features.synthetic.fidelity import compare, curves
from features.synthetic.living import live
from features.synthetic.names import record_numbers
from features.synthetic.population import Children
from features.synthetic.summary import SyntheticSummary, World, folder_digest, headline_rates
from features.synthetic.truth import Setting, write_truth
from features.synthetic.writing import CHILD, Column, coded, days, minutes, write_extract
from features.windows import day_from_epoch
from features.workspace import whole_folder, write_json

DEFAULT_SEED = 20260101
FEWEST_CHILDREN = 500
MARKER = "SYNTHETIC.json"
"""Lies beside the extracts and says that nobody in them is real."""
Progress = Callable[[str], None]


def make_partners(
    folder: Path, seed: int, children: int | None = None, areas: Path | None = None, progress: Progress | None = None,
    defects: Defects = USUAL, detection_bias: float = 1.0, truth: Path | None = None,
) -> SyntheticSummary:  # fmt: skip
    """Fill ``folder`` with every partner's extract and say what is in it. Same arguments, same bytes.

    ``children`` is how many are aged 10-17 at any time (all 127,247 by default); ``areas`` a file of real small areas
    with the columns of ``features.synthetic.areas.COLUMNS``, made-up ones by default; ``defects`` how messy the
    extracts are; ``detection_bias`` how much ethnicity, place and time decide what police find (0 not at all, 1 as
    published, 2 twice that). ``truth`` is where to write what only the world itself knows. Folders are replaced whole.

    :raises BadInput: the areas file is missing or malformed, all faults together.
    :raises BadConfiguration: fewer children than the world can be made of.
    """
    if children is not None and children < FEWEST_CHILDREN:
        raise BadConfiguration(f"a synthetic world needs at least {FEWEST_CHILDREN} children, not {children}")
    say = progress or (lambda message: None)
    setting = Setting(seed, children or 0, detection_bias, "" if areas is None else str(areas))
    lived = live(setting, say, defects)
    kids, where = lived.children, lived.areas
    with whole_folder(folder) as scratch:
        writer = _Partners(scratch, kids, where, lived.course, lived.streams, say, defects)
        world = writer.write(lived.size / where.population.sum(), lived.hotspot)
        summary = SyntheticSummary(seed, lived.size, writer.rows, folder_digest(scratch), headline_rates(world))
        marked = {"synthetic": True, "seed": seed, "children": lived.size, "digest": summary.digest}
        write_json(scratch / MARKER, marked | {"received_on": day_from_epoch(CUT)})
    if truth is not None:
        write_truth(truth, setting, kids, lived.course, writer.links)
    return replace(summary, fidelity=compare(world, where), curves=curves(world, where))


class _Partners:
    """Writes each partner's files from the lives lived."""

    def __init__(
        self,
        folder: Path,
        kids: Children,
        areas: Areas,
        course: Course,
        streams: list[np.random.Generator],
        say: Progress,
        defects: Defects,
    ) -> None:
        self.folder, self.kids, self.areas, self.course, self.streams, self.say, self.defects = (
            folder, kids, areas, course, streams, say, defects,
        )  # fmt: skip
        self.rows: dict[str, int] = {}
        self.links: dict[str, tuple[pa.Array, Ints]] = {}
        """By extract: record numbers, and the child each is about."""
        self.events = {name: happened.arrays() for name, happened in course.events.items()}
        self.suspicions = Suspicions.joined(course.suspicions)

    def write(self, scale: float, heat: Floats) -> World:
        """All files; what they were made from."""
        self._put("area", _columns(scaled_table(self.areas, scale)))
        self.say("writing police extracts")
        occurrences, roles = self._police()
        cases = self._justice()
        self.say("writing school and social care extracts")
        upn = school.pupil_numbers(self.streams[2], len(self.kids))
        self._school(upn)
        needs, cares = self._care(upn)
        self._other_services(heat, scale)
        return World(
            self.kids, occurrences, roles, self.suspicions, self.contacts, self.asb_subjects, cases,
            self.events["suspension"], _persistent(self.course), needs, cares,
        )  # fmt: skip

    def _put(self, name: str, columns: dict[str, Column]) -> None:
        spoilt = spoil(self.streams[5], name, columns, self.defects)
        self.rows[name] = write_extract(self.folder, name, spoilt).num_rows

    def _put_linked(self, name: str, number: str, columns: dict[str, Column]) -> None:
        """An extract whose rows say which child they are about, by the service's own number."""
        child = columns.pop(CHILD)
        first = np.unique(np.asarray(columns[number], dtype=np.str_), return_index=True)[1]
        self.links[name] = columns[number].take(pa.array(first)), child[first]
        self._put(name, columns)

    def _police(self) -> tuple[police.Occurrences, police.Roles]:
        rng = self.streams[0]
        group = together.group_suspects(rng, self.kids, self.areas, self.suspicions)
        self.suspicions = together.share_occurrence(self.suspicions, group, birthday(self.kids.born, 18.0) - 2)
        made = police.make_occurrences(
            rng, self.kids, self.areas, self.suspicions, group, self.events["victim"], self.defects
        )
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
        self._put("police_nominal", nominals.nominal_columns(rng, self.kids, self.areas, known, held, self.defects))
        occ_id = record_numbers("OCC", np.arange(1, len(crimes.began) + 1), 8)
        self.links["police_nominal"] = known.ids, known.child
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
        self.links["yj_case"] = columns["yj_person_id"].take(pa.array(first)), cases.child[first]
        self._put("yj_case", columns)
        return cases

    def _school(self, upn: pa.Array) -> None:
        rng = self.streams[3]
        self.links["school_pupil"] = upn, np.arange(len(self.kids))
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
        self.links["cin"] = records.ids.take(pa.array(met)), met
        known = (self.events["domestic"][0], self.events["missing"][0], self.suspicions.child)
        self._put("cin", care.need_columns(rng, self.kids, self.areas, records, upn, needs, *known))
        self._put("cla", care.placement_columns(rng, self.kids, self.areas, records, upn, cares))
        return needs, cares

    def _other_services(self, heat: Floats, scale: float) -> None:
        rng = self.streams[6]
        self._put_linked("court", "defendant_id", courts.court_columns(rng, self.kids, self.suspicions))
        self._put_linked("probation", "child_ref", households.probation_columns(rng, self.kids))
        self._put_linked("fire", "referral_id", protection.fire_columns(rng, self.kids))
        self._put_linked("housing", "member_ref", households.housing_columns(rng, self.kids))
        self._put("istv", hospitals.istv_columns(rng, self.areas, heat, scale, self.defects))


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
