"""Every place in a workspace, of both packages, in the order an erasure goes through them."""

from __future__ import annotations

from features.rights.kept_rows import Caches, Rows
from features.rights.place import Nobody, Place
from features.rights.places import PLACES as FEATURES
from risk_model.rights.kept_copies import Copies
from risk_model.rights.kept_lists import Lists

_FIRST = {place.name: place for place in FEATURES}
IDENTITY_STORE = "identity store"
RESULTS = (
    Place("lists", "Teams' lists of a date as pages and sheets, everybody's scores, and who was listed.",
          ("lists/*/*",), Lists()),
    Place("predictions", "What each estimator said, on past dates, of everybody it was tested on.",
          ("experiments/*/predictions.parquet",),
          Rows("Scores from testing models on past dates",
               "Made to find out how good a model is. Nobody was listed or offered anything by them.")),
    Place("kept fits", "The same, fit by fit, and of a synthetic world's oracle: caches.",
          ("experiments/*/fits/*", "experiments/*/oracle/*"), Caches()),
    Place("copies", "Copies that people asked for of what is held about them.", ("northumbria/copies/*/*",), Copies()),
    Place("scratch of reproduction", "Rows of people while a version is made again; a cache.",
          ("reproduced/**/*.parquet",), Caches()),
    Place("results in figures", "Cards, audits, leaderboards, plots, plans and models: figures about groups, small "
          "ones hidden, and learned weights. No row of anybody's.",
          ("experiments/*/*.html", "experiments/*/*.json", "experiments/*/*.md", "experiments/*/.*.done",
           "experiments/*/plots/*", "experiments/*/model/**/*", "experiments/*/audits/**/*",
           "experiments/*/search/**/*", "reproduced/**/*.json"), Nobody()),
    Place("published versions", "Signed models with their cards and audits: learned weights and figures, no row of "
          "anybody's. They are not changed; the next training does not include whoever was erased.",
          ("models/**/*",), Nobody()),
    Place("tracking", "What MLflow logged: figures, plots, plans and models; no row of anybody's.",
          ("mlflow/**/*",), Nobody()),
    Place("dictionaries and reports", "What features mean, and figures about a synthetic world.",
          ("data_dictionary_*", "fidelity.html", "*.json"), Nobody()),
)  # fmt: skip
PLACES = (
    *(place for place in FEATURES if place.name != IDENTITY_STORE),
    *RESULTS,
    _FIRST[IDENTITY_STORE],
)
"""The identity store last: until it is changed, a stopped act can still tell whom it was about."""
