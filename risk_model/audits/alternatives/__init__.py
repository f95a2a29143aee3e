"""What would be different if the model had been made another way? Retrained on the same rows, and laid side by side.

Each alternative is fitted by the published recipe on every split of the experiment and fills the same places on the
same test lists. So whom it would list instead, what that finds, and whom it serves least can be compared person by
person. Nothing here is ever published: people read it, and change the experiment's page if they agree.
"""

from __future__ import annotations

from risk_model.audits.alternatives.measuring import compare
from risk_model.audits.alternatives.page import AlternativesReport
from risk_model.audits.alternatives.trying import Asked, try_all

__all__ = ["AlternativesReport", "Asked", "compare", "try_all"]
