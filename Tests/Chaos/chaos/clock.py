"""A clock of the day that is wrong, for programs that read it through the C library. Clocks that measure stay right."""

from __future__ import annotations

import glob
import subprocess
from pathlib import Path


class Preloads:
    """What programs load to see the clock of a file. Made once per run."""

    def __init__(self, folder: Path) -> None:
        """Compiles what libfaketime needs beside it into `folder`.

        Raises RuntimeError with what to do when libfaketime or a C compiler is missing.
        """
        shift = next(iter(glob.glob("/usr/lib/*/faketime/libfaketime.so.1")), "")
        if not shift:
            raise RuntimeError("libfaketime is missing: run scripts/chaos, which installs it")
        timers = self._timers = folder / "timers.so"
        source = Path(__file__).with_name("timers.c")
        try:
            subprocess.run(["clang", "-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-o", timers, source], check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise RuntimeError(f"clang, which comes with Swift, cannot compile {source.name}: {error}") from error
        # The order counts: the first one that has a symbol is asked.
        self._libraries = f"{timers}:{shift}"

    def remove(self) -> None:
        """Removes what was compiled."""
        self._timers.unlink(missing_ok=True)

    def environment(self, clock: Path) -> dict[str, str]:
        """Variables for a program whose clock is as wrong as the file says (`-3600s`); it looks once per second."""
        return {
            "LD_PRELOAD": self._libraries,
            "FAKETIME_TIMESTAMP_FILE": str(clock),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_CACHE_DURATION": "1",
        }
