"""Every place in a workspace that this package writes to, and what it holds of people."""

from __future__ import annotations

from features.rights.kept_identities import Asked, Identities
from features.rights.kept_rows import Caches
from features.rights.kept_sheets import Doubtful, Sheets
from features.rights.kept_warehouse import Stored
from features.rights.place import Leftovers, Nobody, Place

PLACES = (
    Place("leftovers", "What a killed run left behind, which may hold anybody.",
          ("**/.loading/**/*", "**/.turned.*/**/*", "**/.spill/**/*", "northumbria/.spark/**/*",
           "**/.*.parquet.*", "**/.*.csv.*", "**/.*.html.*", "**/.*.json.*", "**/.warehouse.duckdb.*",
           "**/.*.sealed.*", "**/.*.old.*/**/*", ".linking-*/**/*"),
          Leftovers()),
    Place("deliveries", "Partners' rows as they were sent, where they are kept in the workspace.",
          ("extracts/*.csv", "extracts/*.parquet", "extracts/*.xlsx", "extracts/????-??/*"), Sheets("As it was sent")),
    Place("delivery notes", "When a delivery came, and published crime counts of areas. Nobody is in them.",
          ("extracts/*.json", "extracts/*.toml", "extracts/*.zip"), Nobody()),
    Place("truth", "Of a synthetic world only: which record is which made-up child's.",
          ("truth/identity_links.parquet",), Sheets()),
    Place("truth without records", "Of a synthetic world only: made-up children by position, under no number or name.",
          ("truth/children.parquet", "truth/behaviour.parquet", "truth/diversions.parquet", "truth/*.json"), Nobody()),
    Place("quarantine", "Rows that broke their contract, as they were sent.",
          ("northumbria/quarantine/**/*",), Sheets("Set aside")),
    Place("links to review", "Doubtful pairs of records, with names, for a person to decide about.",
          ("northumbria/links_to_review.csv",), Doubtful()),
    Place("warehouse", "Events, relations, month of birth and protected characteristics by pseudonym, all versions.",
          ("northumbria/warehouse.duckdb",), Stored()),
    Place("feature tables", "Features by pseudonym and date: a cache.", ("northumbria/features/**/*",), Caches()),
    Place("what was asked", "Objections and corrections, sealed. After an erasure keyed digests stay, so that a record "
          "that comes again is recognised; they say nobody's number or name.",
          ("northumbria/rights.sealed",), Asked()),
    Place("change of pseudonyms", "Old and new pseudonyms while a change of key goes on, sealed; gone when it ends.",
          ("northumbria/rekeying.sealed",), Nobody()),
    Place("access log", "Who looked somebody up or acted on their rights, when and why. It stays, as proof of what was "
          "done: the person is in it as a keyed digest only.",
          ("northumbria/access_log.jsonl", "northumbria/access_log.head"), Nobody()),
    Place("receipts", "What was done for somebody's rights. They stay, and do not say who it was.",
          ("northumbria/receipts/*",), Nobody()),
    Place("reports", "Counts of a load and weights of linking.",
          ("northumbria/intake.json", "northumbria/intake_*.html", "northumbria/link_weights.json"), Nobody()),
    Place("keys", "Keys, where they are kept in the workspace. They are about nobody.", ("keys/*",), Nobody()),
    Place("public test data", "Published screenings without names, for a check of the method.", ("broward/**/*",),
          Nobody()),
    Place("identity store", "Names, dates of birth and partners' numbers, sealed.", ("northumbria/identities.sealed",),
          Identities()),
)  # fmt: skip
"""In the order an erasure goes through them: the identity store last, since it tells whom to look for."""
