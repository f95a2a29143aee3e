"""Which engine runs the kernel: said once, around the work, by whoever starts it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from features.errors import BadConfiguration

ENGINES = ("local", "spark")


@dataclass(frozen=True)
class Engine:
    """``name`` is one of ENGINES. ``scratch`` is a folder that Spark's machines share; what it holds for a while goes.

    :raises BadConfiguration: there is no engine of that name.
    """

    name: str = "local"
    scratch: Path | None = None

    def __post_init__(self) -> None:
        if self.name not in ENGINES:
            raise BadConfiguration(f"no engine {self.name!r}; there are {' and '.join(ENGINES)}")

    @property
    def is_spark(self) -> bool:
        """Whether Spark runs the kernel."""
        return self.name == "spark"


LOCAL = Engine()
_CHOSEN: ContextVar[Engine] = ContextVar("engine", default=LOCAL)


@contextmanager
def run_on(engine: Engine) -> Iterator[None]:
    """Feature tables built inside the block are computed by ``engine``. The values are the same on all of them."""
    before = _CHOSEN.set(engine)
    try:
        yield
    finally:
        _CHOSEN.reset(before)


def chosen_engine() -> Engine:
    """The engine in use here.

    >>> chosen_engine().name
    'local'
    >>> with run_on(Engine("spark")):
    ...     chosen_engine().name
    'spark'
    """
    return _CHOSEN.get()
