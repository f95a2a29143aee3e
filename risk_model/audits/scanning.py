"""Looks for counts of few people in what is written for reviewers, knowing nothing of how it was written.

It reads the finished page, table by table and sentence by sentence, or the finished JSON, value by value. A number is a
fault unless its column or key is on the short list of things that are not people, so a new column has to be thought of.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

NOT_PEOPLE = frozenset({"", "features", "inputs", "places", "ratio", "team (places a list)"})
"""Heads of columns (lower case) whose whole numbers count no people."""
KEYS_NOT_PEOPLE = frozenset(
    {"schema_version", "fits", "features", "inputs", "places", "suppress_under", "seed", "ratio"}
)
"""Keys of JSON values (or of a list's values) that count no people."""
WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
WHO = r"(?:young )?(?:people|persons?|child(?:ren)?|girls?|boys?|records?|rows?)"
NUMBER = rf"(?<![\d.,-])(\d+|{'|'.join(WORDS)})"
SAID = re.compile(rf"{NUMBER} (?:of \d[\d,]* )?{WHO}\b(?! (?:an?|in|on|each|every|per)\b)", re.IGNORECASE)
BEFORE = re.compile(r"(fewer than|under|least|more|every|or) $", re.IGNORECASE)
"""A limit, not a count."""
WHOLE = re.compile(r"^[1-9]\d*$")


class _Page(HTMLParser):
    """The tables of a page, and its sentences with the alternative texts of its pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.said: list[str] = []
        self._cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self._cell = []
        self.said += [value or "" for name, value in attrs if name in ("alt", "title", "aria-label")]

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self._cell is not None and self.tables and self.tables[-1]:
            self.tables[-1][-1].append(" ".join("".join(self._cell).split()))
            self._cell = None

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)
        else:
            self.said.append(" ".join(data.split()))


def small_numbers(name: str, text: str, under: int) -> list[str]:
    """Where a count of 1 to ``under`` - 1 is shown in a page (``.html``), a Markdown file or a JSON file, in order.

    Each fault names the file and the place, never the figure.
    """
    if name.endswith(".json"):
        return [f"{name}, {place}: a count of few people" for place in _in_json(json.loads(text), "", "", under)]
    if name.endswith(".md"):
        lines = text.splitlines()
        tables = _markdown_tables(lines)
        said = [line for line in lines if not line.startswith("|")]
    else:
        page = _Page()
        page.feed(re.sub(r"(?s)<(style|script)\b.*?</\1>", "", text))
        tables, said = page.tables, page.said
    return [
        f"{name}, {place}: a count of few people" for place in (*_in_tables(tables, under), *_in_words(said, under))
    ]


def _markdown_tables(lines: list[str]) -> list[list[list[str]]]:
    tables: list[list[list[str]]] = []
    inside = False
    for line in lines:
        if line.startswith("|"):
            tables += [] if inside else [[]]
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            tables[-1] += [] if set("".join(cells)) <= set(":- ") else [cells]
        inside = line.startswith("|")
    return tables


def _in_tables(tables: list[list[list[str]]], under: int) -> Iterator[str]:
    for number, rows in enumerate(tables, 1):
        heads = rows[0] if rows else []
        for line, row in enumerate(rows[1:], 1):
            for head, cell in zip(heads, row, strict=False):
                if head.lower() not in NOT_PEOPLE and WHOLE.match(cell) and int(cell) < under:
                    yield f'table {number}, column "{head}", row {line}'


def _in_words(said: list[str], under: int) -> Iterator[str]:
    for number, sentence in enumerate(said, 1):
        for found in SAID.finditer(sentence):
            count = WORDS.get(found[1].lower()) or int(found[1])
            if 0 < count < under and not BEFORE.search(sentence[: found.start()]):
                yield f"text {number}"


def _in_json(value: Any, key: str, path: str, under: int) -> Iterator[str]:
    if isinstance(value, Mapping) and {"heads", "rows"} <= value.keys():
        yield from (f"{path}, {place}" for place in _in_tables([[value["heads"], *value["rows"]]], under))
        said = [cell for row in value["rows"] for cell in row]
        yield from (f"{path} ({place})" for place in _in_words(said, under))
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from _in_json(each, str(name), f"{path}.{name}".lstrip("."), under)
    elif isinstance(value, list):
        for at, each in enumerate(value):
            yield from _in_json(each, key, f"{path}[{at}]", under)
    elif isinstance(value, str) and not WHOLE.match(value):
        yield from (f"{path} ({place})" for place in _in_words([value], under))
    elif not isinstance(value, bool) and isinstance(value, int | str) and 0 < int(value) < under:
        yield from [path] if key not in KEYS_NOT_PEOPLE else []
