"""A real PostgreSQL server for the tests that need one; they are skipped, with the reason, where there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SERVERS = sorted(Path("/usr/lib/postgresql").glob("*/bin")) if Path("/usr/lib/postgresql").exists() else []


@contextmanager
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL server on a socket only, as SQLAlchemy takes it; it lives as long as the context."""
    if not SERVERS or shutil.which("setpriv") is None:
        pytest.skip("no PostgreSQL server here (initdb, postgres), or no way to start it as another user")
    home = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # a socket's path must be short
    home.chmod(0o777)
    other = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
    binary, data = SERVERS[-1], home / "data"
    try:
        made = [*other, str(binary / "initdb"), "-D", str(data), "-U", "tester", "--auth=trust", "--no-sync"]
        subprocess.run(made, check=True, capture_output=True)
        options = f"-k {home} -c listen_addresses='' -c fsync=off"
        start = [*other, str(binary / "pg_ctl"), "-D", str(data), "-l", str(home / "log"), "-w", "-o", options, "start"]
        subprocess.run(start, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        yield f"postgresql+psycopg://tester@/postgres?host={home}"
    finally:
        stop = [*other, str(binary / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop"]
        subprocess.run(stop, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        shutil.rmtree(home, ignore_errors=True)
