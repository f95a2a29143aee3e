"""Ways a delivered CSV file gets damaged on its way, each from bytes to bytes and decided by a random generator."""

from __future__ import annotations

import csv
import gzip
import io
import random
import re
import zipfile
from collections.abc import Callable

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

Damage = Callable[[bytes, random.Random], bytes]
HUGE = 3_000_000
CLOCK = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
ROWS = 60
ODD_CELLS = (
    b"9999-99-99", b"0000-00-00 00:00", b"31/12/2024", b"-1", b"1e309", b"NaN", b"NULL", b"'; DROP TABLE event; --",
    b"=1+1", b"\xc3\xa9\xe2\x80\xae", b"9" * 400, b"Y" * 5, b"2024-02-30 25:61", b'""""', b"\\N",
)  # fmt: skip


def bytes_changed(content: bytes, rng: random.Random) -> bytes:
    """A few bytes with other values."""
    damaged = bytearray(content)
    for _ in range(rng.randint(1, 20)):
        damaged[rng.randrange(len(damaged))] = rng.randrange(256)
    return bytes(damaged)


def bytes_lost(content: bytes, rng: random.Random) -> bytes:
    """A stretch is missing."""
    start = rng.randrange(len(content))
    return content[:start] + content[start + rng.randint(1, 200) :]


def cut_off(content: bytes, rng: random.Random) -> bytes:
    """The end is missing."""
    return content[: rng.randrange(len(content))]


def lines_cut_off(content: bytes, rng: random.Random) -> bytes:
    """Some lines end too soon."""
    lines = content.split(b"\n")
    for _ in range(rng.randint(1, 10)):
        at = rng.randrange(len(lines))
        lines[at] = lines[at][: rng.randint(0, len(lines[at]))]
    return b"\n".join(lines)


def headings_swapped(content: bytes, rng: random.Random) -> bytes:
    """Two columns' names changed places."""
    head, _, rest = content.partition(b"\n")
    return _swapped(head, rng) + b"\n" + rest


def columns_swapped(content: bytes, rng: random.Random) -> bytes:
    """Two columns' cells changed places, some under names that are not theirs."""
    first, second = rng.random(), rng.random()
    head, *lines = content.split(b"\n")
    return b"\n".join([head, *(_exchanged(line, first, second) for line in lines)])


def another_delimiter(content: bytes, rng: random.Random) -> bytes:
    """Semicolons, tabs or bars instead of commas."""
    return content.replace(b",", rng.choice([b";", b"\t", b"|", b", "]))


def huge_cell(content: bytes, rng: random.Random) -> bytes:
    """One cell of three million characters."""
    return _in_a_cell(content, rng, b"A" * HUGE)


def nul_bytes(content: bytes, rng: random.Random) -> bytes:
    """NULs here and there."""
    damaged = bytearray(content)
    for _ in range(rng.randint(1, 5)):
        damaged.insert(rng.randrange(len(damaged)), 0)
    return bytes(damaged)


def odd_cell(content: bytes, rng: random.Random) -> bytes:
    """A few cells hold what nobody expects."""
    for _ in range(rng.randint(1, 8)):
        content = _in_a_cell(content, rng, rng.choice(ODD_CELLS))
    return content


def open_quotation(content: bytes, rng: random.Random) -> bytes:
    """A quotation mark that is never closed."""
    at = rng.randrange(len(content))
    return content[:at] + b'"' + content[at:]


def lines_twice(content: bytes, rng: random.Random) -> bytes:
    """Some lines are there again."""
    lines = content.split(b"\n")
    return b"\n".join(lines + rng.choices(lines, k=rng.randint(1, 50)))


def lines_shuffled(content: bytes, rng: random.Random) -> bytes:
    """Lines in another order, the header among them."""
    lines = content.split(b"\n")
    rng.shuffle(lines)
    return b"\n".join(lines)


def no_header(content: bytes, rng: random.Random) -> bytes:
    """The first line is missing."""
    return content.partition(b"\n")[2]


def another_encoding(content: bytes, rng: random.Random) -> bytes:
    """UTF-16, UTF-8 with a mark before it, another end of line, or compressed."""
    ways: list[Callable[[], bytes]] = [
        lambda: content.decode().encode("utf-16"), lambda: b"\xef\xbb\xbf" + content,
        lambda: content.replace(b"\n", b"\r\n"), lambda: content.replace(b"\n", b"\r"),
        lambda: gzip.compress(content, mtime=0),
    ]  # fmt: skip
    return rng.choice(ways)()


def nothing_left(content: bytes, rng: random.Random) -> bytes:
    """An empty file, white space, or the header alone."""
    return rng.choice([b"", b"\n\n\n", b"   ", content.partition(b"\n")[0]])


def a_column_more(content: bytes, rng: random.Random) -> bytes:
    """One cell more a line, or the same heading again."""
    head, *lines = content.split(b"\n")
    name = rng.choice([b"religion", head.split(b",")[0], b""])
    return b"\n".join([head + b"," + name, *(line + b",x" for line in lines if line)])


def workbook(content: bytes, rng: random.Random) -> bytes:
    """An Excel workbook of the same cells (of the first rows, as far as a small one goes)."""
    return _workbook(content, lambda cell, row: cell)


def workbook_with_a_formula(content: bytes, rng: random.Random) -> bytes:
    """A workbook in which some row calculates."""
    at = rng.randrange(1, ROWS)
    return _workbook(content, lambda cell, row: "=1+1" if row == at else cell)


def workbook_damaged(content: bytes, rng: random.Random) -> bytes:
    """A workbook with a few bytes changed, or with its end lost."""
    return rng.choice([bytes_changed, cut_off, bytes_lost])(workbook(content, rng), rng)


def zip_bomb(content: bytes, rng: random.Random) -> bytes:
    """A small workbook that would unpack to two hundred times its size."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/worksheets/sheet1.xml", bytes(rng.randint(10, 40) * 1_000_000))
    return packed.getvalue()


def _workbook(content: bytes, change: Callable[[str, int], str]) -> bytes:
    book, packed = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet()
    for number, row in enumerate(csv.reader(io.StringIO(content.decode("utf-8", "replace")))):
        if number < ROWS:
            sheet.append([change(ILLEGAL_CHARACTERS_RE.sub("", cell), number) for cell in row])
    book.save(packed)
    return _without_a_clock(packed)


def _without_a_clock(packed: io.BytesIO) -> bytes:
    """The same workbook, its parts dated 1980: openpyxl writes the time of day into it, and a seed must do the same."""
    still = io.BytesIO()
    with zipfile.ZipFile(packed) as book, zipfile.ZipFile(still, "w", zipfile.ZIP_DEFLATED) as dated:
        for name in book.namelist():
            part = CLOCK.sub(b"1980-01-01T00:00:00Z", book.read(name))
            dated.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)
    return still.getvalue()


WORKBOOKS: tuple[Damage, ...] = (workbook, workbook_with_a_formula, workbook_damaged, zip_bomb)
"""Damages that make a workbook of the file."""
DAMAGES: tuple[Damage, ...] = (
    bytes_changed, bytes_lost, cut_off, lines_cut_off, headings_swapped, columns_swapped, another_delimiter, huge_cell,
    nul_bytes, odd_cell, open_quotation, lines_twice, lines_shuffled, no_header, another_encoding, nothing_left,
    a_column_more, *WORKBOOKS,
)  # fmt: skip


def _swapped(line: bytes, rng: random.Random) -> bytes:
    return _exchanged(line, rng.random(), rng.random())


def _exchanged(line: bytes, first: float, second: float) -> bytes:
    """A line whose cells at two shares (0 to 1) of its width changed places."""
    cells = line.split(b",")
    one, other = int(first * len(cells)), int(second * len(cells))
    cells[one], cells[other] = cells[other], cells[one]
    return b",".join(cells)


def _in_a_cell(content: bytes, rng: random.Random, cell: bytes) -> bytes:
    """A cell under the header replaced."""
    lines = content.split(b"\n")
    at = rng.randrange(1, len(lines)) if len(lines) > 1 else 0
    cells = lines[at].split(b",")
    cells[rng.randrange(len(cells))] = cell
    lines[at] = b",".join(cells)
    return b"\n".join(lines)
