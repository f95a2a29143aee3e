"""What has expired: records under their agreement's retention, and people who have grown up."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from features.agreements import AGREEMENTS
from features.errors import BadConfiguration
from features.events import VOCABULARY
from features.feeds import FEEDS, Feed
from features.rights.kept_sheets import rows_of, without_rows
from features.rights.kept_warehouse import change_warehouse, mark_changed
from features.rights.place import Place
from features.store import Connection
from features.warehouse import Warehouse
from features.windows import came_before, days_after, months_before, sql_comes_before
from features.workspace import Workspace

FILE = Path(__file__).with_name("retention.toml")
LASTING = (*(kind.name for kind in VOCABULARY if kind.spell), "residence", "sibling", "household")
"""Kinds of events and relations that hold until they end."""
TABLES = ("event", "relation", "area_event")
_FEEDS = {feed.name: feed for feed in FEEDS}
_POINTED_AT = {reference.feed for feed in FEEDS for reference in feed.references}


class Retention(BaseModel):
    """The settings in ``retention.toml``, all to be confirmed by the controllers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    adult_at_years: int = Field(ge=18, le=25)
    adults_kept_months: int = Field(ge=0, le=240)
    lists_kept_days: int = Field(ge=0, le=3650)
    copies_kept_days: int = Field(ge=0, le=365)

    def adults_born_before(self, on: date) -> date:
        """Who was born in a month before this day has surely grown up, and been kept as long as may be, on ``on``."""
        return months_before(on.replace(day=1), 12 * self.adult_at_years + self.adults_kept_months)


def read_retention(path: Path = FILE) -> Retention:
    """The settings of a file.

    :raises BadConfiguration: they are not what they should be.
    """
    try:
        return Retention.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError) as error:
        raise BadConfiguration(f"{path.name}: not settings of retention: {error}") from None


def cuts(on: date) -> dict[str, date]:
    """By feed: records available before this day have expired on ``on``, under their agreement."""
    months = {feed.name: AGREEMENTS[feed.agreement].retention_months for feed in FEEDS}
    return {name: months_before(on, each) for name, each in months.items() if each is not None}


def grown_up(workspace: Workspace, born_before: date) -> frozenset[int]:
    """The pseudonyms of whoever was born in an earlier month."""
    with Warehouse(workspace.warehouse) as warehouse:
        found = warehouse.sql("SELECT person, birth_month FROM person WHERE birth_month IS NOT NULL")
    grown = found.filter(pc.less(found["birth_month"], pa.scalar(born_before, pa.date32())))
    return frozenset(grown["person"].to_pylist())


def expired_stored(workspace: Workspace, on: date) -> dict[str, int]:
    """How many rows of the warehouse have expired, by agreement."""
    counts: dict[str, int] = {}
    with Warehouse(workspace.warehouse) as warehouse:
        for table in TABLES:
            query = f"SELECT source, count(*) AS n FROM {table} WHERE {_expired(on)} GROUP BY source"
            for row in warehouse.sql(query).to_pylist():
                name = _FEEDS[row["source"]].agreement
                counts[name] = counts.get(name, 0) + row["n"]
    return counts


def delete_expired(workspace: Workspace, on: date) -> None:
    """Write the warehouse again without them."""
    change_warehouse(workspace, lambda connection: leave_out_expired(connection, on))


def leave_out_expired(connection: Connection, on: date) -> None:
    """Take expired rows out of the tables of a warehouse being written."""
    for table in TABLES:
        mark_changed(connection, f"SELECT DISTINCT source FROM new_{table} WHERE {_expired(on)}")
        connection.execute(f"DELETE FROM new_{table} WHERE {_expired(on)}")


def _expired(on: date) -> str:
    """What is true of expired rows, as SQL. What still holds (a home, a spell without an end) is not old."""
    before = {name: sql_comes_before("available_on", f"DATE '{cut}'") for name, cut in cuts(on).items()}
    holds = f"kind IN ({', '.join(map(repr, LASTING))}) AND ended_on IS NULL AND withdrawn_on IS NULL"
    old = " OR ".join(f"(source = '{name}' AND {is_before})" for name, is_before in before.items())
    return f"(({old}) AND NOT ({holds}))"


def expired_rows(workspace: Workspace, places: tuple[Place, ...], on: date, delete: bool) -> dict[str, int]:
    """How many partners' rows in files have expired, by agreement; with ``delete``, they are taken out.

    Rows that say who somebody is, or that others point at, go with the person and not before.
    """
    counts: dict[str, int] = {}
    for path in (path for place in places for path in place.paths(workspace)):
        feed = _FEEDS.get(path.stem)
        cut = cuts(on).get(path.stem)
        if feed is None or cut is None or not feed.dated_by or feed.people or feed.name in _POINTED_AT:
            continue
        found = sum(1 for row in rows_of(path) if _row_expired(row, feed, cut))
        if found and delete:
            without_rows(path, lambda row, feed=feed, cut=cut: _row_expired(row, feed, cut))  # type: ignore[misc]
        if found:
            counts[feed.agreement] = counts.get(feed.agreement, 0) + found
    return counts


def _row_expired(row: dict[str, str], feed: Feed, cut: date) -> bool:
    """Whether a row was available to us before the cut; a row without a readable day is not judged."""
    try:
        said = date.fromisoformat(row.get(feed.dated_by, "")[:10])
    except ValueError:
        return False
    return came_before(f"{days_after(said, feed.delay_days)}", f"{cut}")
