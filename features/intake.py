"""Takes a delivery in: validate everything, set bad rows aside, link people, load. All or nothing, and once only.

All of what is good, that is: bad rows are set aside, and a feed with too many of them is held back whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import pyarrow as pa

from features import (
    before,
    checking,
    identities,
    judging,
    loading,
    people,
)
from features.agreements.door import refusals
from features.checking import Extract
from features.deliveries import day_received
from features.errors import BadInput, NotPermitted, all_faults
from features.feeds import FEEDS
from features.lineage import DeliveryRecord, cut_on, earlier_deliveries, world_of
from features.linkage import Remembered
from features.linkage.model import read_weights
from features.linkage.review import write_review
from features.pseudonyms import Pseudonymiser, key_path, read_key, read_or_make_key
from features.quarantine import FeedReport, figures, rows_in, set_aside
from features.report import IntakeReport
from features.rights.at_load import AtLoad
from features.rights.held import read_held, write_held
from features.sources import everything_sent
from features.store import Connection, scratch_store, sweep_if_killed, turned_to_csv
from features.versions import keep_versions
from features.warehouse import Warehouse, fingerprint_of, save_warehouse
from features.workspace import Workspace, digest, digest_file, write_text

Progress = Callable[[str], None]
LOADING_ROOMS = ("agreements", "feeds", "linkage", "rights")
LOADING_FILES = (
    "before", "checking", "content", "contracts", "definition", "deliveries", "events", "given", "identities", "intake",
    "judging", "lineage", "loading", "people", "pseudonyms", "quarantine", "sources", "store", "street_crime",
    "versions", "warehouse", "where", "windows",
)  # fmt: skip
"""An edit of one of these, or in one of those rooms, loads a delivery again that is there already."""


def take_in(
    workspace: Workspace, delivery: Path, progress: Progress | None = None, *, key_seed: int | None = None,
    received_on: date | None = None,
) -> IntakeReport:  # fmt: skip
    """Load the extracts in ``delivery`` into the workspace's warehouse, replacing what was there.

    ``received_on`` is the day it came; without it the delivery's own note says so. ``key_seed`` derives a
    demonstration key for the first load; without it the key is random and secret.

    :raises BadInput: files are missing or malformed, or too many rows of a feed that cannot be held back break their
        contract: every fault of every file.
    :raises NotPermitted: no agreement is live that lists a file, its columns and what it is for.
    """
    say = progress or (lambda line: None)
    with turned_to_csv(workspace.data) as scratch:
        return _take_in(workspace, delivery, say, key_seed, received_on, scratch)


def _take_in(
    workspace: Workspace, delivery: Path, say: Progress, key_seed: int | None, received_on: date | None,
    scratch: Callable[[], Path],
) -> IntakeReport:  # fmt: skip
    extracts = [checking.open_extract(feed, delivery, scratch) for feed in FEEDS]
    day = received_on or day_received(delivery)
    _refuse_unlisted(extracts, delivery, day)
    memory, rights = before.remembered(workspace, delivery), before.rights_asked(workspace)
    done = _already_loaded(workspace, extracts, memory)
    if done is not None:
        sweep_if_killed(workspace.data)
        say("already loaded: the same extracts, rules and key")
        return done
    with scratch_store(workspace.data) as connection:
        reports = _validate(connection, extracts, workspace, before.goes_on(workspace, delivery, day), say)
        pseudonymiser = Pseudonymiser(read_or_make_key(workspace, key_seed))
        new = DeliveryRecord(f"{day}", world_of(delivery), pseudonymiser.key_check, figures(connection, reports))
        return _load(connection, extracts, reports, workspace, pseudonymiser, memory, new, rights, say)


def _refuse_unlisted(extracts: list[Extract], delivery: Path, received_on: date) -> None:
    known = {extract.feed.name for extract in extracts}
    faults = [
        f"{path.name}: no feed reads it and no agreement covers it; take it out of the delivery"
        for path in everything_sent(delivery)
        if path.stem not in known
    ]
    sent = [extract for extract in extracts if extract.path.exists()]
    faults += [fault for extract in sent for fault in refusals(extract.feed, extract.header, received_on)]
    if faults:
        faults += [fault for extract in extracts for fault in extract.faults]
        raise NotPermitted(all_faults(f"delivery refused, {len(faults)} fault(s); nothing was loaded:", faults))


def _input_digest(
    extracts: list[Extract], pseudonymiser: Pseudonymiser, workspace: Workspace, memory: Remembered
) -> str:
    """Everything a load depends on: the files, how feeds read them, the code, the key, decisions and link weights."""
    code = [digest_file(path) for path in (*loading_code(), people.weights_path(workspace))]
    files = [(extract.digest, asdict(extract.feed)) for extract in extracts]
    asked = read_held(workspace).mark
    known = [code, files, pseudonymiser.key_check, memory.decisions.to_pylist()]
    return digest([*known, asked] if asked else known)


def loading_code() -> list[Path]:
    """The source files that decide what a load brings."""
    here = Path(__file__).parent
    rooms = [sorted((here / name).rglob("*.py")) for name in LOADING_ROOMS]
    return [*(here / f"{name}.py" for name in LOADING_FILES), *(path for room in rooms for path in room)]


def _already_loaded(workspace: Workspace, extracts: list[Extract], memory: Remembered) -> IntakeReport | None:
    if not workspace.warehouse.exists() or not key_path(workspace).exists():
        return None
    wanted = _input_digest(extracts, Pseudonymiser(read_key(workspace)), workspace, memory)
    try:
        with Warehouse(workspace.warehouse) as loaded:
            if loaded.input_digest != wanted or not workspace.identities.exists():
                return None
            return replace(IntakeReport.from_json(loaded.report), already_loaded=True)
    except BadInput:
        return None


def _validate(
    connection: Connection, extracts: list[Extract], workspace: Workspace, goes_on: bool, say: Progress
) -> list[FeedReport]:
    """Check every file and every row; what came of each feed."""
    for extract in extracts:
        if extract.readable:
            say(f"checking {extract.feed.file_name}")
            checking.check_rows(connection, extract)
    reports = judging.judge(connection, extracts, workspace, goes_on)
    for held in (report for report in reports if report.held_back):
        say(f"{held.name}.csv: held back whole: {held.held_back}")
    return reports


def _load(
    connection: Connection,
    extracts: list[Extract],
    reports: list[FeedReport],
    workspace: Workspace,
    pseudonymiser: Pseudonymiser,
    memory: Remembered,
    new: DeliveryRecord,
    rights: AtLoad,
    say: Progress,
) -> IntakeReport:
    """Link, make events, then replace the identity store and, last of all, the warehouse."""
    loading.show_feeds(connection, [extract.feed for extract in extracts if extract.readable])
    say("linking people")
    links = people.link(connection, pseudonymiser, read_weights(people.weights_path(workspace)), memory, rights)
    people.describe_people(connection)
    links = rights.leave_out(connection, links, [extract.feed for extract in extracts if extract.readable])
    rights.make_objections(connection)
    loading.make_event_tables(connection, pseudonymiser)
    who_is_who = people.links_digest(connection)
    done = [_load_feed(connection, report, who_is_who, say) for report in reports]
    history = _history(connection, workspace, new)
    done = (
        [replace(feed, content_digest=digest([feed.content_digest, history[:-1]])) for feed in done]
        if history[:-1]
        else done
    )
    rights.leave_out_history(connection)
    loading.make_small_tables(connection, _feed_table(done))
    rights.leave_out_expired(connection)
    loading.describe_lives(connection)
    report = IntakeReport(
        feeds=tuple(done),
        links=links.counts,
        people=rows_in(connection, "new_person"),
        events=rows_in(connection, "new_event"),
        deliveries=history,
        fingerprint=fingerprint_of([asdict(feed) for feed in done]),
    )
    say("writing the warehouse")
    set_aside(connection, done, workspace.quarantine)
    identities.seal(workspace, {name: connection.sql(q).to_arrow_table() for name, q in people.IDENTITIES.items()})
    write_review(connection, links.review, workspace.review)
    if rights.held.mark != read_held(workspace).mark:
        write_held(workspace, rights.held)
    digested = _input_digest(extracts, pseudonymiser, workspace, memory)
    save_warehouse(connection, workspace.warehouse, digested, report.to_json())
    write_text(workspace.data / "intake.json", report.to_json())
    return report


def _history(connection: Connection, workspace: Workspace, new: DeliveryRecord) -> tuple[DeliveryRecord, ...]:
    """The deliveries this warehouse is made from, the new one last; what earlier ones said is kept as known then."""
    history = earlier_deliveries(before.deliveries(workspace), new)
    if history:
        came = {feed.name for feed in new.feeds if not feed.held_back}
        held = [feed.name for feed in FEEDS if feed.name not in came]
        keep_versions(connection, workspace.warehouse, cut_on(new), held)
    return (*history, new)


def _load_feed(connection: Connection, report: FeedReport, links: str, say: Progress) -> FeedReport:
    feed = next(feed for feed in FEEDS if feed.name == report.name)
    say(f"loading {feed.name}")
    events = loading.make_events(connection, feed) if feed.events else 0
    before_birth = loading.leave_out_before_birth(connection, feed) if feed.events else 0
    if before_birth:
        say(f"{feed.file_name}: {before_birth} event(s) happened before the person's month of birth and were left out; "
            "correct the day or the date of birth in the extract")  # fmt: skip
    if feed.relations:
        loading.make_relations(connection, feed)
    if feed.area_events:
        loading.make_area_events(connection, feed)
    return replace(
        report,
        events=events - before_birth,
        before_birth=before_birth,
        content_digest=loading.content_digest(connection, feed, links),
    )


def _feed_table(reports: list[FeedReport]) -> pa.Table:
    kept = ("name", "partner", "rows_loaded", "rows_quarantined", "content_digest")
    return pa.table({name: [getattr(report, name) for report in reports] for name in kept})
