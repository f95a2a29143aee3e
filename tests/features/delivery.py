"""A small delivery drawn as tables: three children, every feed. Tests change the tables they are about."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from features.agreements import permitted_columns
from features.deliveries import NOTE
from features.feeds import FEEDS

RECEIVED_ON = "2023-01-05"
DRAWN = {
    "area": """
        lsoa_code | local_authority     | local_authority_code | population_10_17
        E1        | Newcastle upon Tyne | E08000021            | 150
        E2        | Gateshead           | E08000037            | 140
    """,
    "police_nominal": """
        nominal_id | forename | surname | dob        | sex | sde_ethnicity | address   | created_dt       | merged_into
        P1         | Annika   | Leewood | 2008-03-04 | F   | W1            | 1 Low Row | 2020-01-05 10:00 |
        P2         | Anika    | Leewood | 2008-03-04 | F   |               | 1 Low Row | 2020-02-05 10:00 | P1
        P3         | Bowen    | Raynott | 2009-01-01 | M   | B1            | 2 Low Row | 2021-02-05 10:00 |
    """,
    "occurrence": """
        occ_id | ho_class | committed_from   | reported_dt      | recorded_dt      | lsoa | da_flag | weapon_flag
        O1     | robbery  | 2021-05-01 23:50 | 2021-05-02 12:00 | 2021-05-03 09:00 | E1   | N       | Y
        O2     | theft    |                  | 2021-06-02 12:00 | 2021-06-03 09:00 | E2   | Y       | N
    """,
    "occ_role": """
        occ_id | nominal_id | role    | from_dt          | to_dt
        O1     | P2         | suspect | 2021-05-20 10:00 | 2021-07-01 00:00
        O1     | P3         | victim  | 2021-05-03 10:00 |
        O2     | P1         | witness | 2021-06-02 10:00 |
    """,
    "occ_outcome": """
        occ_id | nominal_id | code | outcome_dt
        O1     | P1         | 8    | 2021-08-01
    """,
    "stop_search": """
        search_id | nominal_id | search_dt        | object | outcome | outcome_linked
        S1        | P3         | 2022-01-01 23:10 | drugs  | NFA     | N
    """,
    "custody": """
        custody_id | nominal_id | arrest_dt        | arrival_dt       | release_dt       | release_type
        C1         | P1         | 2021-05-02 23:00 | 2021-05-02 23:30 | 2021-05-03 05:00 | rui
    """,
    "missing": """
        episode_id | nominal_id | start_dt | end_dt | type | rhi_offered | rhi_accepted | recorded_dt
        M1 | P1 | 2021-09-01 20:00 | 2021-09-03 08:00 | missing | Y | N | 2021-09-01 22:00
    """,
    "asb": """
        incident_id | nominal_id | role    | incident_dt      | category | recorded_dt
        A1          | P3         | subject | 2021-01-01 10:00 | nuisance | 2021-01-02 10:00
    """,
    "da_incident": """
        incident_id | nominal_id | incident_dt      | dash_grade | children_present | recorded_dt
        D1          | P3         | 2021-01-01 10:00 | high       | Y                | 2021-01-02 10:00
        D2          | P3         | 2021-02-01 10:00 | medium     | N                | 2021-02-02 10:00
    """,
    "ppn": """
        notice_id | nominal_id | incident_dt      | concern      | rating | recorded_dt
        N1        | P1         | 2021-09-01 20:00 | exploitation | medium | 2021-09-04 10:00
        N1        | P2         | 2021-09-01 20:00 | exploitation | medium | 2021-09-04 10:00
    """,
    "yj_case": """
        case_id | yj_person_id | forename | surname | dob        | disposal | gravity | disposal_dt | recorded_dt
        Y1      | YP1          | LEEWOOD  | Annika  | 2008-03-04 | YC       | 3       | 2022-03-01  | 2022-03-10 09:00
    """,
    "school_pupil": """
        upn | forename | surname | dob        | sex | ethnicity | lsoa | send_provision | census_dt
        U1  | Annika   | Leewood | 2008-03-04 | F   | WBRI      | E1   | N              | 2020-01-16
        U1  | Annika   | Leewood | 2008-03-04 | F   | WBRI      | E1   | K              | 2020-10-01
        U1  | Annika   | Leewood | 2008-03-04 | F   | WBRI      | E2   | K              | 2021-01-16
        U2  | Cyrus    | Foxglen | 2010-03-04 | M   | AIND      | E2   | E              | 2020-01-16
    """,
    "school_suspension": """
        upn | type | start_dt   | sessions | reason_1 | reason_2 | reason_3 | recorded_dt
        U1  | SUSP | 2021-03-01 | 4        | PP       | DB       | PP       | 2021-03-05
        U1  | PERM | 2021-04-01 |          | PA       |          |          | 2021-04-02
    """,
    "attendance": """
        upn | term | term_start | term_end | sessions_possible | sessions_authorised_absence | sessions_unauthorised_absence
        U1  | 2020-autumn | 2020-09-01 | 2020-12-18 | 140 | 10 | 4
    """,  # noqa: E501
    "cin": """
        child_id | upn | forename | surname | dob | referral_dt | need | factors | plan | close_dt | recorded_dt
        K1       | U2  | Cyrus    | Foxglen | 2010-03-04 | 2021-01-01 | N1 | 3;9Z | CIN | 2021-08-01 | 2021-01-03
    """,
    "cla": """
        child_id | upn | decom      | place | dec
        K1       |     | 2021-08-01 | U4    |
    """,
    "send": """
        upn | provision | need | start_dt   | end_dt     | ehcp_requested_dt | ehcp_issued_dt | recorded_dt
        U1  | K         | SEMH | 2020-09-01 | 2021-03-01 |                   |                | 2020-09-10
        U2  | E         | ASD  | 2019-09-01 |            | 2019-03-01        | 2019-09-01     | 2019-09-10
    """,
    "encompass": """
        notice_id | upn | incident_dt | notified_dt      | before_next_school_day
        E1        | U2  | 2021-01-01  | 2021-01-02 07:30 | Y
        E2        | U2  | 2021-02-01  | 2021-02-09 07:30 | N
    """,
    "court": """
        hearing_id | defendant_id | forename | surname | dob        | hearing_dt | offence | plea       | disposal  | recorded_dt
        H1         | D1           | Bowen    | Raynott | 2009-01-01 | 2022-02-01 | theft   | none       | adjourned | 2022-02-03
        H2         | D1           | Bowen    | Raynott | 2009-01-01 | 2022-03-01 | theft   | not_guilty | dismissed | 2022-03-03
    """,  # noqa: E501
    "probation": """
        supervision_id | child_ref | forename | surname | dob        | relationship | supervision | start_dt   | end_dt     | recorded_dt
        V1             | PC1       | Cyrus    | Foxglen | 2010-03-04 | parent       | community   | 2021-01-01 | 2022-01-01 | 2021-01-11
    """,  # noqa: E501
    "fire": """
        referral_id | forename | surname | dob        | incident_dt | referral_dt | referred_by | behaviour | completed_dt
        F1          | Annika   | Leewood | 2008-03-04 | 2021-06-01  | 2021-06-11  | school      | fire_play | 2021-09-01
    """,  # noqa: E501
    "housing": """
        tenancy_id | member_ref | forename | surname | dob | tenure | start_dt | end_dt | arrears_dt | arrears_weeks | arrears_cleared_dt
        T1 | HM1 | Annika | Leewood | 2008-03-04 | council | 2019-01-01 | | 2021-01-01 | 6 | 2021-04-01
    """,  # noqa: E501
    "istv": """
        attendance_id | arrival_dt       | assault_dt       | lsoa | location_type | method
        X1            | 2021-07-02 01:10 | 2021-07-01 23:50 | E1   | street        | sharp
        X2            | 2021-07-03 01:10 |                  |      | street        | body
        X3            | 2021-07-04 01:10 |                  | E1   | home          | body
    """,
}


def rows_of(drawn: str) -> list[dict[str, str]]:
    """A drawn table as records."""
    lines = [[cell.strip() for cell in line.split("|")] for line in drawn.strip().splitlines()]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def as_csv(feed_name: str, drawn: str) -> str:
    """A drawn table as the partner's file, with every column the agreement permits; those not drawn are empty."""
    feed = next(feed for feed in FEEDS if feed.name == feed_name)
    columns = permitted_columns(feed)
    rows = rows_of(drawn)
    assert set(rows[0]) <= set(columns), set(rows[0]) - set(columns)
    return "\n".join([",".join(columns), *(",".join(row.get(column, "") for column in columns) for row in rows), ""])


def deliver(folder: Path, changes: Mapping[str, str] | None = None) -> Path:
    """The drawn delivery in ``folder``, with some of its tables drawn anew."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, drawn in {**DRAWN, **(changes or {})}.items():
        (folder / f"{name}.csv").write_text(as_csv(name, drawn), encoding="utf-8")
    (folder / NOTE).write_text(f"received_on = {RECEIVED_ON}\n", encoding="utf-8")
    return folder


def with_rows(feed_name: str, *extra: str) -> dict[str, str]:
    """The drawn table of a feed with more rows under it, as a change for ``deliver``."""
    return {feed_name: DRAWN[feed_name].rstrip() + "".join(f"\n        {row}" for row in extra)}


def many_searches(count: int = 40) -> tuple[str, ...]:
    """Enough good rows of ``stop_search`` for a few bad ones to stay within the error budget."""
    return tuple(f"S{n} | P3 | 2022-02-01 23:{n % 60:02} | drugs | NFA | N" for n in range(100, 100 + count))
