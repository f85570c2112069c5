"""Watches processes from outside for `bench load`: memory and processor time by what they do, from Linux's /proc.

Memory is what a process has to itself and its share of what it has with others (PSS), so that it can be added up.
Processor time of everything that is not measured is told too: on a shared machine it explains much.
"""

import os
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

EVERY_SECONDS = 5.0
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Sample:
    """How things stood at one moment."""

    at: float
    """Seconds since the start."""
    memory_mb: Mapping[str, float]
    """By group of processes, in MB of a million bytes."""
    processors: Mapping[str, float]
    """Processors in use since the sample before, by group; "others" is what was not measured."""


@dataclass
class Watch:
    """Samples groups of processes until it is stopped."""

    groups: Mapping[str, Callable[[], Sequence[int]]]
    """What gives the ids of a group's processes at present, by its name."""
    samples: list[Sample] = field(default_factory=list)

    def run(self, stop: threading.Event) -> None:
        """Sample every few seconds."""
        started = before_at = time.monotonic()
        before = self._seconds()
        while not stop.wait(EVERY_SECONDS):
            now, used = time.monotonic(), self._seconds()
            spent = {name: max(0.0, used[name] - before[name]) / (now - before_at) for name in used}
            spent["others"] = max(0.0, spent.pop("machine") - sum(spent.values()))
            memory = {name: sum(map(_memory_mb, pids())) for name, pids in self.groups.items()}
            self.samples.append(Sample(now - started, memory, spent))
            before, before_at = used, now

    def _seconds(self) -> dict[str, float]:
        own = {name: sum(map(cpu_seconds, pids())) for name, pids in self.groups.items()}
        return {**own, "machine": _machine_seconds()}


def family(pid: int) -> list[int]:
    """Return a process and all that descend from it, those that live."""
    found = [pid]
    for each in found:
        for file in Path(f"/proc/{each}/task").glob("*/children"):
            try:
                found += [int(child) for child in file.read_text().split()]
            except OSError:
                continue
    return found


def cpu_seconds(pid: int) -> float:
    """Return the processor time of a living process; 0 of one that is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICK


def _machine_seconds() -> float:
    """Return the time that all processors were busy."""
    user, nice, system, _idle, _wait, *interrupts = map(int, Path("/proc/stat").read_text().split("\n")[0].split()[1:8])
    return (user + nice + system + sum(interrupts)) / TICK


def _memory_mb(pid: int) -> float:
    try:
        found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    except OSError:
        return 0.0
    return int(found[1]) * 1024 / 1_000_000 if found else 0.0
