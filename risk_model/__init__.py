"""Questions about models: experiments, audits, cards, published versions and referral lists.

In a notebook, ``risk_model.open_study(page, workspace)`` gives the steps of the command line as pandas tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from risk_model.notebook import Study, open_study

__all__ = ["Study", "open_study"]


def __getattr__(name: str) -> Any:
    """``Study`` and ``open_study``, imported when first asked for, so that the command line starts at once."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from risk_model import notebook

    return getattr(notebook, name)
