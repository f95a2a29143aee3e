"""Whether this machine can run Spark; tests that need it skip with the reason where it cannot."""

from __future__ import annotations

import os
from importlib.util import find_spec

import pytest

from features.engines.cluster import check_java
from features.errors import BadConfiguration


def _why_not() -> str:
    if find_spec("pyspark") is None:
        return "pyspark is not installed"
    try:
        check_java()
    except BadConfiguration:
        return "there is no Java on this machine"
    return ""


os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:+UseSerialGC -XX:TieredStopAtLevel=1")
"""For jobs this short, compiling Java well takes longer than running it."""
needs_spark = pytest.mark.skipif(bool(_why_not()), reason=_why_not() or "Spark can run")
