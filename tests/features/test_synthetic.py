"""The synthetic partners: the same bytes for the same seed, files that keep their contracts, and a plausible world."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.errors import BadConfiguration, BadInput
from features.events import CONCERNS, DISPOSALS, NEEDS, OFFENCE_GROUPS, POLICE_ROLES, SPECIAL_NEEDS, SUSPENSION_REASONS
from features.synthetic import DEFAULT_SEED, MARKER, SyntheticSummary, make_partners, school
from features.synthetic.areas import COLUMNS, FULL_SIZE, made_up_areas, read_areas
from features.synthetic.defects import USUAL
from features.synthetic.detection import Detection
from features.synthetic.levels import Levels
from features.synthetic.lives import Lives
from features.synthetic.needs import HAZARDS, base_log_rates, hotspots, traits_of
from features.synthetic.past import DIVERSION_LASTS, Past
from features.synthetic.population import make_children

REAL_AREAS = Path("/work/shared/data/northumbria_areas.csv")

HEADERS = {
    "police_nominal": "nominal_id,forename,surname,alias,dob,sex,sde_ethnicity,ic_code,address,uprn,lsoa,pnc_id,"
    "created_dt,merged_into",
    "occurrence": "occ_id,ho_class,committed_from,committed_to,reported_dt,recorded_dt,lsoa,da_flag,weapon_flag",
    "occ_role": "occ_id,nominal_id,role,from_dt,to_dt",
    "occ_outcome": "occ_id,nominal_id,code,outcome_dt",
    "stop_search": "search_id,nominal_id,search_dt,self_defined_ethnicity,officer_ethnicity,legislation,object,outcome,"
    "outcome_linked",
    "custody": "custody_id,nominal_id,arrest_dt,arrival_dt,release_dt,offence,appropriate_adult,strip_search,"
    "release_type,disposal",
    "missing": "episode_id,nominal_id,start_dt,end_dt,type,rhi_offered,rhi_accepted,recorded_dt",
    "asb": "incident_id,nominal_id,role,incident_dt,category,recorded_dt",
    "da_incident": "incident_id,nominal_id,incident_dt,dash_grade,children_present,recorded_dt",
    "yj_case": "case_id,yj_person_id,forename,surname,dob,sex,la_code,disposal,offence,gravity,seriousness,disposal_dt,"
    "start_dt,end_dt,recorded_dt",
    "school_pupil": "upn,forename,surname,dob,sex,ethnicity,lsoa,la_code,send_provision,census_dt",
    "school_suspension": "upn,type,start_dt,sessions,reason_1,reason_2,reason_3,recorded_dt",
    "attendance": "upn,term,term_start,term_end,sessions_possible,sessions_authorised_absence,"
    "sessions_unauthorised_absence",
    "cin": "child_id,upn,forename,surname,dob,sex,ethnicity,la_code,referral_dt,need,factors,plan,close_dt,recorded_dt",
    "cla": "child_id,upn,forename,surname,dob,sex,ethnicity,la_code,decom,rne,ls,cin,place,dec,rec",
    "ppn": "notice_id,nominal_id,incident_dt,concern,rating,recorded_dt",
    "encompass": "notice_id,upn,incident_dt,notified_dt,before_next_school_day",
    "send": "upn,provision,need,start_dt,end_dt,ehcp_requested_dt,ehcp_issued_dt,recorded_dt",
    "court": "hearing_id,defendant_id,forename,surname,dob,hearing_dt,offence,plea,disposal,recorded_dt",
    "probation": "supervision_id,child_ref,forename,surname,dob,relationship,supervision,start_dt,end_dt,recorded_dt",
    "fire": "referral_id,forename,surname,dob,incident_dt,referral_dt,referred_by,behaviour,completed_dt",
    "housing": "tenancy_id,member_ref,forename,surname,dob,tenure,start_dt,end_dt,arrears_dt,arrears_weeks,"
    "arrears_cleared_dt",
    "istv": "attendance_id,arrival_dt,assault_dt,lsoa,location_type,method",
    "area": "lsoa_code,lsoa_name,local_authority,local_authority_code,rural_urban,population_10_17,imd_decile",
}
ETHNICITY = {"W1", "W2", "W3", "W9", "M1", "M2", "M3", "M9"} | {"A1", "A2", "A3", "A4", "A9", "B1", "B2", "B9"}
ETHNICITY |= {"O1", "O2", "O9", "NS"}
IC = {"IC1", "IC2", "IC3", "IC4", "IC5", "IC6", "IC9"}
AUTHORITIES = {"E06000057", "E08000021", "E08000022", "E08000023", "E08000024", "E08000037"}
YN = {"Y", "N"}
CODES = {
    "police_nominal": {"sex": {"M", "F", "U"}, "sde_ethnicity": ETHNICITY, "ic_code": IC},
    "occurrence": {"ho_class": set(OFFENCE_GROUPS), "da_flag": YN, "weapon_flag": YN},
    "occ_role": {"role": set(POLICE_ROLES)},
    "occ_outcome": {"code": {str(number) for number in range(1, 23)}},
    "stop_search": {
        "self_defined_ethnicity": ETHNICITY, "officer_ethnicity": IC, "outcome_linked": YN,
        "object": {"drugs", "weapons", "stolen_property", "other"},
        "outcome": {"NFA", "arrest", "community resolution", "caution", "PND", "summons"},
    },
    "custody": {
        "offence": set(OFFENCE_GROUPS), "appropriate_adult": YN, "strip_search": YN,
        "release_type": {"charged", "rui", "bail", "nfa", "out_of_court"},
        "disposal": {"CHARGE", "NFA", *DISPOSALS},
    },
    "missing": {"type": {"missing", "away"}, "rhi_offered": YN, "rhi_accepted": YN},
    "asb": {"role": {"subject", "victim"}, "category": {"personal", "nuisance", "environmental"}},
    "da_incident": {"dash_grade": {"standard", "medium", "high"}, "children_present": YN},
    "yj_case": {
        "sex": {"M", "F"}, "la_code": AUTHORITIES, "disposal": set(DISPOSALS), "offence": set(OFFENCE_GROUPS),
        "gravity": set("12345"), "seriousness": set("12345678"),
    },
    "school_pupil": {
        "sex": {"M", "F"}, "ethnicity": ETHNICITY, "la_code": AUTHORITIES, "send_provision": {"N", "K", "E"},
    },
    "school_suspension": {"type": {"SUSP", "PERM"}} | {f"reason_{n}": set(SUSPENSION_REASONS) for n in (1, 2, 3)},
    "cin": {
        "sex": {"M", "F"}, "ethnicity": ETHNICITY, "la_code": AUTHORITIES, "need": set(NEEDS), "plan": {"CIN", "CP"},
    },
    "cla": {
        "sex": {"M", "F"}, "ethnicity": ETHNICITY, "la_code": AUTHORITIES, "cin": set(NEEDS), "rne": {"S", "P"},
        "place": {"U1", "U2", "U3", "U4", "U5", "U6", "K2", "K1", "P2", "Z1"},
    },
    "ppn": {"concern": set(CONCERNS), "rating": {"standard", "medium", "high"}},
    "encompass": {"before_next_school_day": YN},
    "send": {"provision": {"K", "E"}, "need": set(SPECIAL_NEEDS)},
    "court": {
        "offence": set(OFFENCE_GROUPS), "plea": {"guilty", "not_guilty", "none"},
        "disposal": {"adjourned", "acquitted", "dismissed", "withdrawn", *DISPOSALS},
    },
    "probation": {
        "relationship": {"parent", "sibling", "other"}, "supervision": {"community", "licence", "custody"},
    },
    "fire": {"behaviour": {"deliberate_fire", "fire_play", "hoax_call"}},
    "housing": {"tenure": {"council", "housing_association", "temporary"}},
    "istv": {"method": {"body", "sharp", "blunt", "glass", "firearm", "other"}},
    "area": {"local_authority_code": AUTHORITIES, "imd_decile": {str(decile) for decile in range(1, 11)}},
}  # fmt: skip
DATES = {
    "police_nominal": ("dob", "created_dt"),
    "occurrence": ("committed_from", "committed_to", "reported_dt", "recorded_dt"),
    "occ_role": ("from_dt", "to_dt"),
    "occ_outcome": ("outcome_dt",),
    "stop_search": ("search_dt",),
    "custody": ("arrest_dt", "arrival_dt", "release_dt"),
    "missing": ("start_dt", "end_dt", "recorded_dt"),
    "asb": ("incident_dt", "recorded_dt"),
    "da_incident": ("incident_dt", "recorded_dt"),
    "yj_case": ("dob", "disposal_dt", "start_dt", "end_dt", "recorded_dt"),
    "school_pupil": ("dob", "census_dt"),
    "school_suspension": ("start_dt", "recorded_dt"),
    "attendance": ("term_start", "term_end"),
    "cin": ("dob", "referral_dt", "close_dt", "recorded_dt"),
    "cla": ("dob", "decom", "dec"),
    "ppn": ("incident_dt", "recorded_dt"),
    "encompass": ("incident_dt", "notified_dt"),
    "send": ("start_dt", "end_dt", "ehcp_requested_dt", "ehcp_issued_dt", "recorded_dt"),
    "court": ("dob", "hearing_dt", "recorded_dt"),
    "probation": ("dob", "start_dt", "end_dt", "recorded_dt"),
    "fire": ("dob", "incident_dt", "referral_dt", "completed_dt"),
    "housing": ("dob", "start_dt", "end_dt", "arrears_dt", "arrears_cleared_dt"),
    "istv": ("arrival_dt", "assault_dt"),
}
WITH_TIME = {("police_nominal", "created_dt"), ("encompass", "notified_dt")} | {
    (name, column)
    for name in ("occurrence", "occ_role", "stop_search", "custody", "missing", "asb", "da_incident", "ppn", "istv")
    for column in DATES[name]
}

MAY_BE_OPEN = {("occ_role", "to_dt"), ("custody", "release_dt"), ("missing", "end_dt"), ("yj_case", "start_dt"),
               ("yj_case", "end_dt"), ("cin", "close_dt"), ("cla", "dec"), ("send", "end_dt"),
               ("send", "ehcp_requested_dt"), ("send", "ehcp_issued_dt"), ("probation", "end_dt"),
               ("fire", "completed_dt"), ("housing", "end_dt"), ("housing", "arrears_dt"),
               ("housing", "arrears_cleared_dt"), ("istv", "assault_dt")}  # fmt: skip


class Made:
    """A world and its files as text."""

    def __init__(self, folder: Path, summary: SyntheticSummary) -> None:
        self.folder, self.summary = folder, summary
        self.files = {name: pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False) for name in HEADERS}

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.files[name]

    def roots(self) -> pd.Series:
        """The person record each police record was merged into, chains followed."""
        known = self["police_nominal"].set_index("nominal_id")["merged_into"]
        root = pd.Series(known.index, index=known.index)
        for _ in range(10):
            onward = root.map(known)
            root = onward.where(onward != "", root)
        assert (root.map(known) == "").all(), "a chain of merges does not end"
        return root


KEEPS_CONTRACTS = replace(USUAL, broken_rows=0.0, sent_twice=0.0)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("world") / "extracts"
    return Made(folder, make_partners(folder, DEFAULT_SEED, children=12_000, defects=KEEPS_CONTRACTS))


def days(column: pd.Series) -> pd.Series:
    """Dates, with nothing where nothing is written."""
    return pd.to_datetime(column.where(column != ""))


def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_children(tmp_path: Path) -> None:
    first, again, other = (make_partners(tmp_path / name, seed, children=800)
                           for name, seed in (("a", 5), ("b", 5), ("c", 6)))  # fmt: skip
    assert first == again
    assert other.digest != first.digest
    for path in sorted((tmp_path / "a").iterdir()):
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


@pytest.mark.parametrize("seed", range(4))
def test_a_world_in_which_some_things_never_happened_is_written_all_the_same(tmp_path: Path, seed: int) -> None:
    summary = make_partners(tmp_path / "few", seed, children=500, largest=260)
    assert set(summary.rows) == set(HEADERS)


def test_every_file_has_exactly_the_header_of_the_contract_and_as_many_rows_as_the_summary_says(made: Made) -> None:
    assert {path.name for path in made.folder.iterdir()} == {f"{name}.csv" for name in HEADERS} | {MARKER}
    for name, header in HEADERS.items():
        with (made.folder / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            assert stream.readline() == header + "\n"
    assert dict(made.summary.rows) == {name: len(table) for name, table in made.files.items()}


@pytest.mark.parametrize("name", sorted(CODES))
def test_every_code_is_in_its_list(made: Made, name: str) -> None:
    for column, allowed in CODES[name].items():
        assert set(made[name][column]) - {""} <= allowed, column


@pytest.mark.parametrize("name", sorted(DATES))
def test_dates_are_written_as_agreed_and_nothing_was_written_after_the_cut(made: Made, name: str) -> None:
    for column in DATES[name]:
        written = made[name][column][made[name][column] != ""]
        shape = r"\d{4}-\d\d-\d\d \d\d:\d\d" if (name, column) in WITH_TIME else r"\d{4}-\d\d-\d\d"
        assert written.str.fullmatch(shape).all(), column
        assert written.max() < "2026-01-01", column
        assert len(written) == len(made[name]) or (name, column) in MAY_BE_OPEN, column


def test_nothing_is_recorded_before_it_happened_or_ends_before_it_begins(made: Made) -> None:
    for name, columns in (
        ("occurrence", ("committed_from", "committed_to", "reported_dt", "recorded_dt")),
        ("occ_role", ("from_dt", "to_dt")),
        ("custody", ("arrest_dt", "arrival_dt", "release_dt")),
        ("missing", ("start_dt", "end_dt")),
        ("asb", ("incident_dt", "recorded_dt")),
        ("da_incident", ("incident_dt", "recorded_dt")),
        ("yj_case", ("disposal_dt", "recorded_dt")),
        ("yj_case", ("start_dt", "end_dt")),
        ("school_suspension", ("start_dt", "recorded_dt")),
        ("cin", ("referral_dt", "recorded_dt")),
        ("cin", ("referral_dt", "close_dt")),
        ("cla", ("decom", "dec")),
        ("ppn", ("incident_dt", "recorded_dt")),
        ("encompass", ("incident_dt", "notified_dt")),
        ("send", ("start_dt", "end_dt")),
        ("send", ("ehcp_requested_dt", "ehcp_issued_dt", "recorded_dt")),
        ("court", ("hearing_dt", "recorded_dt")),
        ("probation", ("start_dt", "end_dt")),
        ("probation", ("start_dt", "recorded_dt")),
        ("fire", ("incident_dt", "referral_dt", "completed_dt")),
        ("housing", ("start_dt", "end_dt")),
        ("housing", ("start_dt", "arrears_dt", "arrears_cleared_dt")),
        ("istv", ("assault_dt", "arrival_dt")),
    ):
        for earlier, later in pairwise(columns):
            before, after = days(made[name][earlier]), days(made[name][later])
            assert not (before > after).any(), f"{name}: {later} before {earlier}"


def test_record_numbers_are_unique_and_every_reference_is_there(made: Made) -> None:
    for name, key in (
        ("police_nominal", ["nominal_id"]), ("occurrence", ["occ_id"]), ("occ_role", ["occ_id", "nominal_id"]),
        ("stop_search", ["search_id"]), ("custody", ["custody_id"]), ("missing", ["episode_id"]),
        ("asb", ["incident_id"]), ("da_incident", ["incident_id"]), ("yj_case", ["case_id"]),
        ("school_suspension", ["upn", "start_dt"]), ("attendance", ["upn", "term"]),
        ("cin", ["child_id", "referral_dt"]), ("cla", ["child_id", "decom"]), ("school_pupil", ["upn", "census_dt"]),
        ("ppn", ["notice_id"]), ("encompass", ["notice_id"]), ("send", ["upn", "provision", "start_dt"]),
        ("court", ["hearing_id"]), ("probation", ["supervision_id", "child_ref"]), ("fire", ["referral_id"]),
        ("housing", ["tenancy_id", "member_ref"]), ("istv", ["attendance_id"]),
    ):  # fmt: skip
        assert not made[name].duplicated(key).any(), name
    nominals, pupils = set(made["police_nominal"]["nominal_id"]), set(made["school_pupil"]["upn"])
    used = [made[name]["nominal_id"] for name in made.files if "nominal_id" in made[name] and name != "police_nominal"]
    assert set(pd.concat(used)) == nominals
    for name in ("school_suspension", "attendance", "cin", "cla", "send", "encompass"):
        assert set(made[name]["upn"]) - {""} <= pupils, name
    assert set(made["occ_role"]["occ_id"]) <= set(made["occurrence"]["occ_id"])
    assert set(made["school_pupil"]["lsoa"]) <= set(made["area"]["lsoa_code"])
    suspects = made["occ_role"].query("role == 'suspect'")[["occ_id", "nominal_id"]]
    assert len(made["occ_outcome"].merge(suspects)) == len(made["occ_outcome"])


def test_a_victim_is_not_a_suspect_of_the_same_occurrence(made: Made) -> None:
    roles = made["occ_role"].assign(person=lambda table: table["nominal_id"].map(made.roots()))
    assert not roles.duplicated(["occ_id", "person"]).any()
    both = set(roles.query("role == 'suspect'")["person"]) & set(roles.query("role == 'victim'")["person"])
    assert len(both) > 30, "over ten years some children are harmed and blamed, in different occurrences"


def test_suspects_and_disposals_are_of_children_aged_10_to_17(made: Made) -> None:
    cases = made["yj_case"]
    born, disposed = days(cases["dob"]), days(cases["disposal_dt"])
    aged = (disposed >= born + pd.DateOffset(years=10)) & (disposed < born + pd.DateOffset(years=18))
    assert aged.mean() > 0.985, "but for false dates of birth"
    police = made["police_nominal"].query("merged_into == ''")[["nominal_id", "dob"]]
    roles = made["occ_role"].query("role == 'suspect'").merge(police).merge(made["occurrence"])
    age = (days(roles["committed_from"]) - days(roles["dob"])).dt.days / 365.25
    assert ((age >= 9.9) & (age < 18.1)).mean() > 0.98, "but for false dates of birth"


def test_headline_rates_lie_near_those_published(made: Made) -> None:
    rates = {name: np.array(yearly)[-5:] for name, yearly in made.summary.rates.items()}
    for name, least, most in (
        ("first_time_entrants_per_100000", 120, 330),
        ("share_with_any_police_contact", 0.07, 0.12),
        ("share_in_a_home_with_domestic_abuse", 0.035, 0.065),
        ("arrests_per_1000", 6, 15),
        ("searches_per_1000", 11, 21),
        ("suspensions_per_100_pupils", 7, 15),
        ("persistently_absent_share", 0.18, 0.27),
        ("in_care_per_10000", 70, 160),
        ("in_need_in_year_share", 0.065, 0.10),
        ("cusp_share_on_31_december", 0.06, 0.10),
    ):
        assert least < rates[name].mean() < most, (name, rates[name])
    entry = (
        made["yj_case"]
        .query("disposal not in ['CR', 'O22']")
        .sort_values("disposal_dt")
        .drop_duplicates("yj_person_id")
    )
    assert 0.65 < (entry["sex"] == "M").mean() < 0.90
    age = ((days(entry["disposal_dt"]) - days(entry["dob"])).dt.days / 365.25).astype(int)
    assert age.isin([14, 15, 16, 17]).mean() > 0.6 > age.isin([10, 11, 12]).mean()


def test_searches_fall_unequally_and_mostly_end_in_nothing(made: Made) -> None:
    searches, pupils = made["stop_search"], made["school_pupil"].drop_duplicates("upn")
    rate = (
        searches["self_defined_ethnicity"].str[0].value_counts() / pupils["ethnicity"].str[0].value_counts()
    )  # searches a pupil, by the first letter of the code
    assert 1.3 < rate["B"] / rate["W"] < 5
    assert 0.68 < (searches["outcome"] == "NFA").mean() < 0.82


def entered_next_year(made: Made, role: str) -> float:
    """Of those met in this role in a year and not yet entrants, the share who enter in the next; years pooled."""
    known = made["police_nominal"].assign(person=lambda table: table["nominal_id"].map(made.roots()))
    roles = made["occ_role"].query("role == @role").merge(known[["nominal_id", "person"]]).merge(made["occurrence"])
    names = ["forename", "surname", "dob"]
    entry = made["yj_case"].query("disposal not in ['CR', 'O22']").groupby(names)["disposal_dt"].min().rename("entered")
    people = known.query("merged_into == ''").merge(entry, how="left", on=names).set_index("person")["entered"]
    met = roles.assign(after=roles["committed_from"].str[:4].astype(int) + 1).drop_duplicates(["person", "after"])
    entered = met["person"].map(people).str[:4].astype(float)
    free = (met["after"] < 2026) & ~(entered < met["after"])
    return float((entered == met["after"])[free].mean())


def test_having_been_a_suspect_says_something_about_first_entry_but_never_much(made: Made) -> None:
    suspects, victims = entered_next_year(made, "suspect"), entered_next_year(made, "victim")
    assert 1.2 < suspects / victims < 8
    assert 0.01 < suspects < 0.12


def test_extracts_have_the_defects_of_real_ones(made: Made) -> None:
    police, roots = made["police_nominal"], made.roots()
    merged = police["merged_into"] != ""
    assert 0.005 < merged.mean() < 0.06
    stays = police.set_index("nominal_id").loc[roots[police["nominal_id"]]].reset_index()
    differs = (
        police[["forename", "surname", "dob"]].to_numpy() != stays[["forename", "surname", "dob"]].to_numpy()
    ).any(1)
    assert 0.1 < differs[merged].mean() < 0.6, "most duplicates agree, some are misspelt or swapped"
    assert 0.11 < police["sde_ethnicity"].isin(["", "NS"]).mean() < 0.17
    crimes, roles = made["occurrence"], made["occ_role"]
    late = (days(crimes["recorded_dt"]) - days(crimes["committed_to"])).dt.days
    assert (late <= 3).mean() > 0.8
    assert late.max() > 60
    assert 0.03 < crimes["committed_from"].str.endswith("00:00").mean() < 0.10
    suspects = roles[roles["role"] == "suspect"]
    assert 0.02 < (suspects["to_dt"] != "").mean() < 0.10
    assert 0.08 < (made["cin"]["upn"] == "").mean() < 0.17


def test_children_move_have_twins_and_are_nearly_unique_by_name_and_birthday(made: Made) -> None:
    pupils = made["school_pupil"]
    homes = pupils.groupby("upn")["lsoa"].nunique()
    assert 0.05 < (homes > 1).mean() < 0.25
    people = pupils.drop_duplicates("upn")
    assert people.duplicated(["forename", "surname", "dob"]).mean() < 0.002
    assert people.duplicated(["surname", "dob", "lsoa"]).sum() > 50, "twins share all but a forename"


def test_suspensions_fall_four_times_as_often_on_pupils_with_free_meals() -> None:
    rng = np.random.default_rng(3)
    areas = made_up_areas(rng)
    children = make_children(rng, areas, 12_000)
    traits = traits_of(children, areas, hotspots(rng, areas))
    levels = Levels.of(rng, children, areas)
    course = Lives(rng, children, base_log_rates(traits), Detection.of(traits, 1.0), levels).run(lambda line: None)
    fed = children.free_meals[course.events["suspension"].arrays()[0]]
    ratio = fed.mean() / (1 - fed.mean()) * (1 - children.free_meals.mean()) / children.free_meals.mean()
    assert 2.5 < ratio < 6.0


def test_a_diversion_lowers_the_rate_of_suspicion_by_a_quarter_to_a_third_for_two_years() -> None:
    rng = np.random.default_rng(3)
    past = Past(rng, make_children(rng, made_up_areas(rng), 600))
    past.diverted_from[0] = 10
    felt = [
        float(past.history(slice(0, 1), month)["diverted"][0])
        for month in (9, 10, 9 + DIVERSION_LASTS, 10 + DIVERSION_LASTS)
    ]
    assert felt == [0, 1, 1, 0]
    assert 0.69 < np.exp(HAZARDS["offence"].history["diverted"]) < 0.75


def test_an_interrupted_run_leaves_the_earlier_extracts_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = make_partners(tmp_path / "extracts", 1, children=500)

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(school, "attendance_columns", fail)
    with pytest.raises(OSError, match="disk full"):
        make_partners(tmp_path / "extracts", 2, children=500)
    assert [path.name for path in tmp_path.iterdir()] == ["extracts"]
    monkeypatch.undo()
    assert make_partners(tmp_path / "other", 1, children=500).digest == before.digest
    assert (tmp_path / "extracts" / "cla.csv").read_bytes() == (tmp_path / "other" / "cla.csv").read_bytes()


def test_a_world_too_small_to_make_sense_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration, match="at least 500 children, not 20"):
        make_partners(tmp_path / "extracts", 1, children=20)


GOOD_AREA = "E01,Town 1A,Gateshead,E08000037,Urban conurbation,120,3"


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (
            "lsoa_code,lsoa_name\nE01,Town\n",
            ["no column local_authority", "no column population_10_17", "no column imd_decile"],
        ),
        (",".join(COLUMNS) + "\n", ["no areas in it"]),
        (
            "\n".join([",".join(COLUMNS), GOOD_AREA, GOOD_AREA, "E02,Town 2,,E08000037,Urban,many,11"]),
            [
                "column lsoa_code: 1 repeated code(s)",
                "column local_authority: 1 empty value(s)",
                "column population_10_17: 1 value(s) that are not whole numbers",
                "column imd_decile: 1 value(s) that are not a decile from 1 to 10",
            ],
        ),
    ],
)
def test_a_malformed_areas_file_is_refused_with_every_fault_at_once(
    tmp_path: Path, text: str, faults: list[str]
) -> None:
    path = tmp_path / "areas.csv"
    path.write_text(text)
    with pytest.raises(BadInput) as refused:
        make_partners(tmp_path / "extracts", 1, children=500, areas=path)
    assert [fault for fault in faults if fault not in str(refused.value)] == []
    assert not (tmp_path / "extracts").exists()


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe\x00,\n", b"a,b\n1\n"])
def test_an_areas_file_that_is_not_there_or_not_csv_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "areas.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadInput, match=r"areas\.csv"):
        read_areas(path)


def test_areas_from_a_file_are_where_the_children_live_even_with_a_comma_in_a_name(tmp_path: Path) -> None:
    path = tmp_path / "areas.csv"
    rows = [f'E{n:02d},"Town, {n}",Gateshead,E08000037,Urban conurbation,{100 + n},{1 + n % 10}' for n in range(12)]
    path.write_text("\n".join([",".join(COLUMNS), *rows]))
    make_partners(tmp_path / "extracts", 1, areas=path, children=600)
    area = pd.read_csv(tmp_path / "extracts" / "area.csv")
    assert area["lsoa_name"].tolist() == [f"Town, {n}" for n in range(12)]
    assert abs(area["population_10_17"].sum() - 600) <= 12
    assert set(pd.read_csv(tmp_path / "extracts" / "school_pupil.csv")["lsoa"]) <= set(area["lsoa_code"])


@pytest.mark.skipif(not REAL_AREAS.exists(), reason=f"the public areas file is not at {REAL_AREAS}")
def test_the_public_areas_file_is_read_whole() -> None:
    areas = read_areas(REAL_AREAS)
    assert (len(areas), int(areas.population.sum())) == (916, FULL_SIZE)


def test_made_up_areas_cannot_be_taken_for_real_ones_and_hold_each_authoritys_total() -> None:
    areas = made_up_areas(np.random.default_rng(1))
    assert all(code.startswith("SYN-E0") for code in areas.codes.to_pylist())
    assert int(areas.population.sum()) == FULL_SIZE
    totals = areas.table.group_by("local_authority_code").aggregate([("population_10_17", "sum")]).to_pydict()
    assert dict(zip(totals["local_authority_code"], totals["population_10_17_sum"], strict=True))["E08000021"] == 25_164


def test_attendance_covers_pupils_aged_10_to_15_on_the_first_of_september(made: Made) -> None:
    terms = made["attendance"].merge(made["school_pupil"].drop_duplicates("upn")[["upn", "dob"]])
    autumn = terms[terms["term"] == "2023-autumn"]
    born = days(autumn["dob"])
    assert born.min() >= pd.Timestamp(date(2007, 9, 1))
    assert born.max() <= pd.Timestamp(date(2013, 9, 1))
    missed = autumn[["sessions_authorised_absence", "sessions_unauthorised_absence"]].astype(int).sum(axis=1)
    assert (missed <= autumn["sessions_possible"].astype(int)).all()
