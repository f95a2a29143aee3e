"""One person from many records: which partners' numbers belong together, by exact rules, whatever the order of rows.

Three rules join records: the police say one record was merged into another; two records carry the same pupil number
(UPN); two records state the same name and date of birth. Names are compared without case, accents, spaces and
punctuation, and without saying which of the two comes first, since extracts swap them. Where a name would join two
pupil numbers it joins nothing: those records stay apart and are counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from features.feeds.feed import Numbering

Numbers = NDArray[np.int64]

STATED_COLUMNS = ("numbering", "who", "name_key", "upn", "merged_into")

STANDARD_NAME_SQL = r"nullif(regexp_replace(upper(strip_accents({name})), '[^\p{{L}}]', '', 'g'), '')"
NAME_KEY_SQL = "CASE WHEN first < last THEN first || '|' || last ELSE last || '|' || first END || '|' || dob"
"""The standardised name and date of birth as SQL; NULL where a part is missing, so that it matches nobody."""


@dataclass(frozen=True)
class LinkCounts:
    """What linking did, in numbers only."""

    numbers: int
    """Partners' numbers: pupils, police records, youth justice and social-care numbers."""
    people: int
    joined_by_police_merge: int
    joined_by_pupil_number: int
    joined_by_name: int
    ambiguous_names: int
    """Names with a date of birth shared by more than one pupil number; they join nothing."""
    contradictory_names: int
    """Names that would have joined two pupil numbers through other records; they join nothing either."""
    numbers_kept_apart: int
    """Numbers without a pupil number that one of those names would have joined to a pupil."""


@dataclass(frozen=True)
class Links:
    """``table``: numbering, who, identity (text, one a person); ``counts``."""

    table: pa.Table
    counts: LinkCounts


def link_people(stated: pa.Table) -> Links:
    """Who is who, from what records state (columns ``STATED_COLUMNS``; a number may be stated many times).

    The identity is the person's smallest number, pupil numbers first, then police records that were not merged away,
    youth justice, social care; for example ``school:A390000014313``.
    """
    labels, own, pupil, merged = _encode(stated)
    strong = _components(len(labels), (_edges(own, pupil), _edges(own, merged)))
    named, keys = _named(stated, own, strong)
    is_pupil = np.array(pc.starts_with(labels, _rank(Numbering.SCHOOL)))
    kept, ambiguous, contradictory = _unambiguous(named, keys, strong, is_pupil)
    groups = int(strong.max()) + 1
    joined = _components(groups + keys, ((named[kept, 1], named[kept, 0] + groups),))
    person = joined[:groups][strong]
    counts = LinkCounts(
        numbers=len(labels),
        people=len(np.unique(person)),
        joined_by_police_merge=len(labels) - len(np.unique(_components(len(labels), (_edges(own, merged),)))),
        joined_by_pupil_number=len(labels) - len(np.unique(_components(len(labels), (_edges(own, pupil),)))),
        joined_by_name=groups - len(np.unique(person)),
        ambiguous_names=int(ambiguous.sum()),
        contradictory_names=int(contradictory.sum()),
        numbers_kept_apart=_kept_apart(named, kept, strong, is_pupil),
    )
    return Links(_named_identities(labels, person, np.unique(own[merged >= 0])), counts)


def records_in_circles(who: pa.Array, merged_into: pa.Array) -> int:
    """How many records were merged into one another in a circle, so that none of them stays.

    >>> records_in_circles(pa.array(["a", "b", "c", "d"]), pa.array(["b", "a", "a", None]))
    3
    """
    names = pc.unique(pa.concat_arrays([who, pc.drop_null(merged_into)]))
    points_at = np.arange(len(names))
    merged = np.array(pc.is_valid(merged_into))
    own, into = np.array(pc.index_in(who, names)), pc.fill_null(pc.index_in(merged_into, names), 0)
    points_at[own[merged]] = np.array(into)[merged]
    first = points_at.copy()
    for _ in range(len(names).bit_length() + 1):
        points_at = points_at[points_at]
    stays = first == np.arange(len(names))
    stays[own[merged]] = False
    return int((~stays[points_at]).sum())


def _rank(numbering: str) -> str:
    return str(list(Numbering).index(Numbering(numbering)))


def _encode(stated: pa.Table) -> tuple[pa.Array, Numbers, Numbers, Numbers]:
    """Every number as a label that sorts in order of precedence, and each row's own, pupil and merge target (or -1)."""
    ranks = pa.array([_rank(name) for name in stated["numbering"].unique().to_pylist()])
    rank = ranks.take(pc.index_in(stated["numbering"], stated["numbering"].unique())).combine_chunks()
    own = pc.binary_join_element_wise(rank, stated["who"], "")
    pupil = pc.binary_join_element_wise(_rank(Numbering.SCHOOL), stated["upn"], "")
    merged = pc.binary_join_element_wise(_rank(Numbering.POLICE), stated["merged_into"], "")
    everything = pa.chunked_array([*_chunks(own), *_chunks(pupil), *_chunks(merged)])
    labels = pc.drop_null(everything.unique())
    labels = labels.take(pc.sort_indices(labels))
    return labels, *(np.array(pc.fill_null(pc.index_in(part, labels), -1)) for part in (own, pupil, merged))


def _chunks(values: pa.Array | pa.ChunkedArray) -> list[pa.Array]:
    return values.chunks if isinstance(values, pa.ChunkedArray) else [values]


def _edges(own: Numbers, other: Numbers) -> tuple[Numbers, Numbers]:
    there = other >= 0
    return own[there], other[there]


def _components(size: int, edges: tuple[tuple[Numbers, Numbers], ...]) -> Numbers:
    """A component number for each of ``size`` nodes."""
    ends = np.concatenate([first for first, _ in edges]), np.concatenate([second for _, second in edges])
    graph = coo_matrix((np.ones(len(ends[0]), np.int8), ends), shape=(size, size))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def _named(stated: pa.Table, own: Numbers, strong: Numbers) -> tuple[Numbers, int]:
    """Distinct (name key, group of numbers) pairs, and how many keys there are."""
    keys = stated["name_key"].combine_chunks().dictionary_encode()
    there = np.array(pc.is_valid(keys))
    codes = np.array(pc.fill_null(keys.indices, 0))[there].astype(np.int64)
    pairs = np.unique(np.column_stack([codes, strong[own[there]]]), axis=0)
    return pairs.reshape(-1, 2), len(keys.dictionary)


def _unambiguous(
    named: Numbers, keys: int, strong: Numbers, is_pupil: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Which pairs may join, and which keys are ambiguous by themselves or contradict others."""
    groups = int(strong.max()) + 1
    with_pupil = np.bincount(strong[is_pupil], minlength=groups) > 0
    ambiguous = np.bincount(named[:, 0], with_pupil[named[:, 1]], minlength=keys) > 1
    kept = ~ambiguous[named[:, 0]]
    tried = _components(groups + keys, ((named[kept, 1], named[kept, 0] + groups),))
    clash = np.bincount(tried[:groups], with_pupil) > 1
    clash = np.append(clash, np.zeros(groups + keys - len(clash), bool))
    contradictory = clash[tried[groups:]] & ~ambiguous
    return kept & ~contradictory[named[:, 0]], ambiguous, contradictory


def _kept_apart(named: Numbers, kept: NDArray[np.bool_], strong: Numbers, is_pupil: NDArray[np.bool_]) -> int:
    groups = int(strong.max()) + 1
    with_pupil = np.bincount(strong[is_pupil], minlength=groups) > 0
    apart = np.unique(named[~kept, 1])
    return int(np.bincount(strong, minlength=groups)[apart[~with_pupil[apart]]].sum())


def _named_identities(labels: pa.Array, person: Numbers, merged_away: Numbers) -> pa.Table:
    order = np.arange(len(labels))
    order[merged_away] += len(labels)
    first = np.full(int(person.max()) + 1, 2 * len(labels))
    np.minimum.at(first, person, order)
    numberings = pa.array([str(name) for name in Numbering])
    numbering = numberings.take(pc.cast(pc.utf8_slice_codeunits(labels, 0, 1), pa.int8()))
    who = pc.utf8_slice_codeunits(labels, 1)
    full = pc.binary_join_element_wise(numbering, who, ":")
    identity = full.take(pa.array(first[person] % len(labels)))
    return pa.table({"numbering": numbering, "who": who, "identity": identity})
