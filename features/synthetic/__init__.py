"""Synthetic partners: extracts as partners would send them, from a seeded, plausible world."""

from features.synthetic.summary import SyntheticSummary
from features.synthetic.world import DEFAULT_SEED, make_partners

__all__ = ["DEFAULT_SEED", "SyntheticSummary", "make_partners"]
