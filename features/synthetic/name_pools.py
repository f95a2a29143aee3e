"""Names by tradition, sampled once from Faker's locales; British and Asian childhood names from ``name_lists``.

Faker's ``en_GB`` holds the forenames of today's parents (Susan, Darren), so the children's own come from our lists; its
surnames are weighted as in the United Kingdom. Where a locale's names are not in Latin letters, or not by sex
(``bn_BD``, ``zh_CN``, ``en_PK``), our lists serve.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from random import Random

import numpy as np
from faker.generator import Generator
from numpy.typing import NDArray

from features.synthetic.name_lists import BOYS, GIRLS, LOCAL_SURNAMES, SURNAMES

Texts = NDArray[np.object_]

POOL = 500
"""Names drawn from a locale; the common ones come up several times, and so are common in the world."""
BRITISH_POOL = 4_000
LOCALES: dict[str, tuple[str, ...]] = {
    "irish": ("en_IE",),
    "polish": ("pl_PL",),
    "romanian": ("ro_RO",),
    "european": ("lt_LT", "sk_SK", "hu_HU", "it_IT", "pt_PT", "es_ES"),
    "indian": ("en_IN",),
    "arabic": ("fr_DZ",),
    "turkish": ("tr_TR",),
    "west_african": ("yo_NG", "ig_NG", "en_NG", "tw_GH"),
    "east_african": ("en_KE", "sw", "zu_ZA"),
}
TRADITIONS = ("british", "muslim", "chinese", *LOCALES)


@dataclass(frozen=True)
class Pool:
    """Names of one tradition to draw from, each as often as it is common."""

    boys: Texts
    girls: Texts
    surnames: Texts


@cache
def pool_of(tradition: str) -> Pool:
    """The pool of a tradition (one of :data:`TRADITIONS`); always the same names in the same order."""
    if tradition not in LOCALES:
        surnames = _uk_surnames() if tradition == "british" else _listed(SURNAMES[tradition])
        return Pool(_listed(BOYS[tradition]), _listed(GIRLS[tradition]), surnames)
    locales = LOCALES[tradition]
    size = POOL // len(locales)
    parts = [_sampled(locale, size) for locale in locales]
    return Pool(*(np.concatenate([part[place] for part in parts]) for place in range(3)))


@cache
def local_surnames() -> Texts:
    """Surnames of the old North East families, the commonest more often."""
    return _listed(LOCAL_SURNAMES)


def _uk_surnames() -> Texts:
    return _drawn(_provider("en_GB").last_name, BRITISH_POOL)


def _sampled(locale: str, size: int) -> tuple[Texts, Texts, Texts]:
    provider = _provider(locale)
    return (
        _drawn(provider.first_name_male, size),
        _drawn(provider.first_name_female, size),
        _drawn(provider.last_name_male, size),
    )


def _provider(locale: str):  # type: ignore[no-untyped-def]  # Faker picks the class by locale
    generator = Generator()
    generator.random = Random(0)  # names of nobody
    return importlib.import_module(f"faker.providers.person.{locale}").Provider(generator)


def _drawn(draw: Callable[[], str], size: int) -> Texts:
    names = (draw() for _ in range(2 * size))
    plain = [name for name in names if all(letter.isalpha() or letter in " '-" for letter in name)]
    return np.array(plain[:size], dtype=object)


def _listed(names: str, steepness: float = 0.8) -> Texts:
    """A hand-written list as a pool: the first in it commoner than the last."""
    listed = names.split()
    weight = 1.0 / (np.arange(len(listed)) + 12.0) ** steepness
    times = np.maximum(np.rint(weight / weight.min() * 2), 1).astype(np.int64)
    return np.repeat(np.array(listed, dtype=object), times)
