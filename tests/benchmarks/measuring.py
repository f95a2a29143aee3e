"""Times the sides of a comparison, each in its own process, taking turns, so that a busy machine slows all alike."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

SLOW, SLOW_REPEATS = 5.0, 3
"""Where a side takes longer than so many seconds, each is timed so many times at most."""
SHORT, TIMES_AS_MANY = 1.0, 3
"""Where no side takes as long as that, so many times as many: a short time is easily disturbed."""


@dataclass(frozen=True)
class Measured:
    """One side: the median of its times (s), its process's peak memory (MB), and its answer, to be compared."""

    seconds: float
    peak_mb: float
    answer: Any


def measure(
    module: str, sides: tuple[str, ...], folder: Path, repeats: int, times: Mapping[str, int] | None = None
) -> dict[str, Measured]:
    """Every side once to warm up, once to see how long it takes, then timed in turn: A B A B ...

    Sides that say how many ``times`` they are to be run warm up by themselves, and are timed from their first run.

    ``module.side(name, folder)`` returns the work; what the work returns goes to ``module.answer``, untimed.
    """
    with _processes(module, sides, folder) as pipes:
        first = {name: _ask(pipes[name], "work and answer") for name in sides}
        if times is None:
            took = {name: [_ask(pipes[name], "work")[0]] for name in sides}
            often = dict.fromkeys(sides, _how_often(repeats, max(seconds for (seconds,) in took.values())))
        else:
            took = {name: [first[name][0]] for name in sides}
            often = {name: min(repeats, times[name]) for name in sides}
        for turn in range(1, max(often.values())):
            for name in (name for name in sides if turn < often[name]):
                took[name].append(_ask(pipes[name], "work")[0])
        peaks = {name: _ask(pipes[name], "peak") for name in sides}
    return {name: Measured(statistics.median(took[name]), peaks[name], first[name][1]) for name in sides}


def _how_often(repeats: int, seconds: float) -> int:
    """How often each side is timed, where the slower one takes so many seconds.

    >>> _how_often(5, 0.3), _how_often(5, 2.0), _how_often(5, 20.0), _how_often(1, 20.0)
    (15, 5, 3, 1)
    """
    return min(repeats, SLOW_REPEATS) if seconds > SLOW else repeats * TIMES_AS_MANY if seconds < SHORT else repeats


@contextmanager
def _processes(module: str, sides: tuple[str, ...], folder: Path) -> Iterator[dict[str, Connection]]:
    spawn = get_context("spawn")
    pairs = {name: spawn.Pipe() for name in sides}
    workers = [
        spawn.Process(target=_work, args=(module, name, folder, there), daemon=True)
        for name, (_, there) in pairs.items()
    ]
    for worker in workers:
        worker.start()
    for _, there in pairs.values():
        there.close()
    try:
        yield {name: here for name, (here, _) in pairs.items()}
    finally:
        for here, _ in pairs.values():
            here.close()
        for worker in workers:
            worker.join(60)


def _ask(pipe: Connection, what: str) -> Any:
    try:
        pipe.send(what)
        return pipe.recv()
    except (EOFError, BrokenPipeError):
        raise SystemExit("bench: a measured process ended before it answered; its own message is above") from None


def _work(module: str, name: str, folder: Path, pipe: Connection) -> None:
    """What a measured process does: it waits for its turn, works, and says how long it took."""
    comparison = import_module(module)
    work = comparison.side(name, folder)
    peak = 0.0
    while True:
        try:
            asked = pipe.recv()
        except EOFError:
            return
        if asked == "peak":
            pipe.send(peak)
            continue
        started = time.perf_counter()
        made = work()
        seconds = time.perf_counter() - started
        peak = peak or peak_mb()
        said = seconds, comparison.answer(made) if asked == "work and answer" else None
        del made  # given back before the other side's turn
        pipe.send(said)


def peak_mb() -> float:
    """The most memory this process has held, in MB (10^6 bytes), without what its parent held when it was started."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024 / 1e6
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6
