"""Lists for one date: from scores to a page and a CSV for each team, an index, and what the next list compares with.

Everything is passed in. The folder is written whole or not at all, and the same inputs give the same bytes.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from features.pseudonyms import show
from features.windows import NEVER, days_back, days_since_epoch, in_look_back
from features.workspace import digest_file, read_json, whole_folder, write_json, write_text
from risk_model.errors import MissingStep
from risk_model.referrals.changes import INDEX, LISTED, SCORES, Previous, read_previous, turnover
from risk_model.referrals.choosing import Listed, ListInputs, candidates, choose, teams_of
from risk_model.referrals.eligibility import Team
from risk_model.referrals.pages import Entry, index_page, page
from risk_model.referrals.ranking import AT_RANDOM, Listing
from risk_model.referrals.rows import Issue, ListRow, RowMaker, TeamList
from risk_model.referrals.scoring import explain, score
from risk_model.referrals.sheets import sheet
from risk_model.referrals.waiting import after_waiting
from risk_model.referrals.wording import check_wording


def make_lists(inputs: ListInputs) -> tuple[Path, ...]:
    """Write every team's list and what goes with it; the paths written, the index first.

    The folder is ``workspace.lists(as_of)``: index.html, lists.json, a page and a CSV a team, scores.parquet (everyone
    considered) and listed.parquet.

    :raises BadInput: features differ from the model's, or an input is not one date's.
    :raises BadConfiguration: an area without capacity, or a feature whose words may not be shown.
    """
    check_wording(inputs.features.features)
    previous = read_previous(inputs.previous, inputs.as_of)
    scores = score(inputs.model, inputs.features, inputs.cohort, inputs.trained_on)
    teams = teams_of(inputs.experiment, inputs.warehouse.areas())
    listed = choose(inputs, scores, teams)
    lists = _team_lists(inputs, scores, teams, listed, previous)
    return _write(inputs, scores, listed.listing, lists)


def is_expired(folder: Path, on: date) -> bool:
    """Whether the lists in a folder may no longer be used on a date: any day after the expiry printed on them.

    :raises MissingStep: no lists were written there.
    """
    if not (folder / INDEX).exists():
        raise MissingStep(f"no lists in {folder}; make them first")
    expires_on = date.fromisoformat(read_json(folder / INDEX)["expires_on"])
    return in_look_back(days_back(days_since_epoch(expires_on), days_since_epoch(on)), NEVER)


def _team_lists(
    inputs: ListInputs, scores: pa.Table, teams: dict[str, Team], listed: Listed, previous: Previous | None
) -> list[TeamList]:
    maker = RowMaker(
        features=inputs.features.features,
        bands=inputs.model.bands,
        most_reasons=inputs.experiment.lists.reasons,
        area_names=_area_names(inputs.warehouse.areas()),
        model_version=inputs.model_version,
        previous=previous,
    )
    rows = _rows(inputs, maker, teams, listed)
    considered = scores["area"].to_pylist()
    return [
        TeamList(team, tuple(rows[area]), inputs.experiment.capacity[area], considered.count(area),
                 turnover({row.person for row in rows[area]}, area, previous))
        for area, team in teams.items()
    ]  # fmt: skip


def _rows(inputs: ListInputs, maker: RowMaker, teams: dict[str, Team], listed: Listed) -> dict[str, list[ListRow]]:
    table = listed.listing.table
    explained = explain(inputs.model, inputs.features, table)
    waiting = after_waiting(inputs.model, table, inputs.ahead) if inputs.ahead else {}
    found: dict[str, list[ListRow]] = {area: [] for area in teams}
    for who, line in zip(candidates(inputs, listed.listing, listed.histories), table.to_pylist(), strict=True):
        row = maker.row(
            who, show(who.person), line["band"], line["chosen"] == AT_RANDOM, line["missing_share"],
            explained[who.person], listed.checks[who.person], teams[who.area],
            waiting.get(who.person, ""),
        )  # fmt: skip
        found[who.area].append(row)
    return found


def _area_names(areas: pa.Table) -> dict[str, str]:
    return dict(zip(areas["lsoa_code"].to_pylist(), areas["lsoa_name"].to_pylist(), strict=True))


def issue_of(inputs: ListInputs) -> Issue:
    """What every page says about this set of lists."""
    plan = inputs.experiment
    is_demonstration = plan.card.use == "demonstration"
    return Issue(
        as_of=inputs.as_of,
        expires_on=inputs.as_of + timedelta(days=plan.lists.expires_after_days),
        experiment=plan.name,
        model_version=inputs.model_version,
        demonstration=plan.card.data_description if is_demonstration else "",
        contact=plan.card.contact,
        outcome=plan.outcome.question,
        youngest=plan.cohort.youngest,
        oldest=plan.cohort.oldest,
        random_places=plan.lists.random_places,
        most_reasons=plan.lists.reasons,
        uses_discretion=plan.features.discretion,
        bands=inputs.model.bands,
    )


def _write(inputs: ListInputs, scores: pa.Table, listing: Listing, lists: list[TeamList]) -> tuple[Path, ...]:
    issue = issue_of(inputs)
    target = inputs.workspace.lists(issue.as_of.isoformat())
    entries = []
    with whole_folder(target) as folder:
        for team_list in lists:
            stem = _slug(team_list.team.authority)
            write_text(folder / f"{stem}.html", page(team_list, issue))
            write_text(folder / f"{stem}.csv", sheet(team_list, issue))
            entries.append(Entry(team_list.team.name, f"{stem}.html", f"{stem}.csv", len(team_list.rows)))
        write_text(folder / "index.html", index_page(entries, issue))
        pq.write_table(scores, folder / SCORES)
        pq.write_table(listing.table, folder / LISTED)
        write_json(folder / INDEX, _index(folder, issue, lists, entries))
    names = ["index.html", *(name for entry in entries for name in (entry.page, entry.sheet)), SCORES, LISTED, INDEX]
    return tuple(target / name for name in names)


def _index(folder: Path, issue: Issue, lists: list[TeamList], entries: list[Entry]) -> dict[str, object]:
    """What ``lists.json`` holds: dates, model, and each list's files with their SHA-256."""
    return {
        "as_of": issue.as_of.isoformat(),
        "expires_on": issue.expires_on.isoformat(),
        "experiment": issue.experiment,
        "model_version": issue.model_version,
        "lists": [
            {
                "area": one.team.area,
                "team": one.team.name,
                "places": one.places,
                "listed": len(one.by_score),
                "at_random": len(one.at_random),
                "expires_on": issue.expires_on.isoformat(),
                "files": {name: digest_file(folder / name) for name in (entry.page, entry.sheet)},
            }
            for one, entry in zip(lists, entries, strict=True)
        ],
        "data": {name: digest_file(folder / name) for name in (SCORES, LISTED)},
    }


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "team"
