"""The public monthly street-crime download, read as it is, and counted by month, small area and category.

A delivery may hold the archive (``*street_crime*.zip``) or its unpacked folders; either way the files are
``2014-02/2014-02-northumbria-street.csv``. Counting is all that happens: numbers of crimes, points on the map, streets
and outcomes go no further than this file.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from features.errors import BadInput

PUBLISHED = re.compile(r"(?:.*/)?(\d{4}-\d{2})/\1-[a-z-]+-street\.csv")
ARCHIVE = "*street_crime*.zip"
NEEDED = ("Month", "LSOA code", "Crime type")
HEADER = ("month", "lsoa", "category", "crimes")
LARGEST_UNPACKED, MOST_PACKED, MOST_PARTS = 2 * 1024**3, 200, 10_000
"""Bytes an archive may unpack to, how many times smaller it may be packed, files it may have."""


def published_files(delivery: Path) -> list[Path]:
    """The archives and monthly files of a delivery."""
    months = (path for path in delivery.glob("????-??/*.csv") if is_published(path))
    return sorted([*delivery.glob(ARCHIVE), *months])


def is_published(path: Path) -> bool:
    """Whether a file is one of the public download, by its name and its folder's."""
    return bool(PUBLISHED.fullmatch(f"{path.parent.name}/{path.name}"))


def monthly_counts(files: list[Path]) -> Iterator[tuple[str, ...]]:
    """A header, then a row for each month, small area and category: how many crimes. Crimes at no known place have no
    area, and are counted together.

    :raises BadInput: a month comes twice, an archive is damaged or would unpack to far more than it is, or a file does
        not have the public columns.
    """
    counted: Counter[tuple[str, str, str]] = Counter()
    seen: set[str] = set()
    for path in files:
        with _opened(path) as parts:
            for name, stream in parts:
                place = Path(name).name
                if place in seen:
                    raise BadInput(f"{place}: it comes more than once, in {path.name} too; leave one of them")
                seen.add(place)
                counted.update(_crimes(place, stream))
    yield HEADER
    for (month, lsoa, category), crimes in sorted(counted.items()):
        yield month, lsoa, category, f"{crimes}"


@contextmanager
def _opened(path: Path) -> Iterator[Iterator[tuple[str, IO[bytes]]]]:
    """Each monthly file in ``path``, which is one itself or an archive of them, with its name."""
    if path.suffix == ".csv":
        with path.open("rb") as stream:
            yield iter([(path.name, stream)])
        return
    refuse_bomb(path)
    with zipfile.ZipFile(path) as packed:
        names = sorted(name for name in packed.namelist() if PUBLISHED.fullmatch(name))
        if not names:
            raise BadInput(f"{path.name}: no month of street crime is in it (2014-02/2014-02-northumbria-street.csv)")
        yield ((name, packed.open(name)) for name in names)


def _crimes(name: str, stream: IO[bytes]) -> Iterator[tuple[str, str, str]]:
    rows = csv.DictReader(io.TextIOWrapper(stream, "utf-8-sig", newline=""), strict=True)
    without = [column for column in NEEDED if column not in (rows.fieldnames or ())]
    if without:
        raise BadInput(f'{name}: no column "{without[0]}"; it is not laid out as the public download')
    for row in rows:
        month, lsoa, category = ((row[column] or "").strip() for column in NEEDED)
        yield f"{month}-01", lsoa, re.sub(r"[^a-z]+", "_", category.lower().replace("anti-social", "antisocial"))


def refuse_bomb(path: Path) -> None:
    """Refuse a ZIP file that would unpack to far more than it is.

    :raises BadInput: it would.
    """
    with zipfile.ZipFile(path) as packed:
        parts = packed.infolist()
    size, small = sum(part.file_size for part in parts), path.stat().st_size
    if size > LARGEST_UNPACKED or size > MOST_PACKED * max(small, 1) or len(parts) > MOST_PARTS:
        raise BadInput(f"{path.name}: it would unpack to {size:,} bytes from {small:,}; send it as CSV or Parquet")
