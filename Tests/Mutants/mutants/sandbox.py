"""Copies of the checkout in which mutants are built and tried, so that the checkout itself is never touched."""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

log = logging.getLogger("mutants")
COPIED = ("Package.swift", "Package.resolved", "Sources", "Tests", "infra", "scripts", "docs", "README.md", ".build-tools", "bench")
FETCHED = ("checkouts", "repositories", "artifacts", "workspace-state.json")
# Appended to Package.swift: what is not needed goes, and a warning about what a mutant has left over is no error.
PRUNING = """
let kept: Set<String> = {kept}
package.targets.removeAll {{ !kept.contains($0.name) }}
package.products.removeAll()
"""
LENIENT = """
for target in package.targets where target.swiftSettings != nil {
    target.swiftSettings = [
        .swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ]
}
"""


class SandboxError(Exception):
    """The checkout does not build or does not pass its tests before anything is changed."""


class Sandbox:
    """A copy of the checkout with the targets that some tests need, or with all of them."""

    def __init__(self, root: Path, folder: Path, tests: tuple[str, ...] = ()) -> None:
        self.folder = folder
        self._root = root
        self._tests = tests
        self._test_seconds = 0.0

    def prepare(self, arguments: list[str]) -> None:
        """Copies the checkout, builds it, and runs the tests once: they must pass, and their time is the measure for a mutant's."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for name in COPIED:
            source, target = self._root / name, self.folder / name
            if source.is_dir() and name != ".build-tools":
                shutil.copytree(source, target, dirs_exist_ok=True)
            elif source.is_dir() and not target.exists():
                target.symlink_to(source)
            elif source.is_file():
                shutil.copy2(source, target)
        for name in FETCHED:
            source, target = self._root / ".build" / name, self.folder / ".build" / name
            if source.is_dir() and not target.exists():
                shutil.copytree(source, target, symlinks=True)
            elif source.is_file() and not target.exists():
                shutil.copy2(source, target)
        manifest = (self._root / "Package.swift").read_text() + LENIENT
        if self._tests:
            manifest += PRUNING.format(kept=json.dumps(sorted(self._needed())))
        (self.folder / "Package.swift").write_text(manifest)
        if not self.build(3600):
            raise SandboxError(f"{self.folder} does not build before anything is changed: see {self.folder}/build.log")
        began = time.monotonic()
        if not self.test(arguments, 3600):
            raise SandboxError(f"the tests of {self.folder} fail before anything is changed: see {self.folder}/test.log")
        self._test_seconds = time.monotonic() - began

    def _needed(self) -> set[str]:
        """The targets that the tests need, and what those need."""
        output = subprocess.run(["swift", "package", "dump-package"], cwd=self._root, capture_output=True, check=True).stdout
        targets: dict[str, Any] = {each["name"]: each for each in json.loads(output)["targets"]}
        needed: set[str] = set()
        waiting = list(self._tests)
        while waiting:
            name = waiting.pop()
            if name in needed or name not in targets:
                continue
            needed.add(name)
            for dependency in targets[name]["dependencies"]:
                waiting += [each[0] for kind, each in dependency.items() if kind in ("byName", "target")]
        return needed

    def write(self, path: str, text: str) -> None:
        """Changes a file of the copy."""
        (self.folder / path).write_text(text)

    def build(self, seconds: float = 1800) -> bool:
        """Whether it builds."""
        return self._run(["swift", "build", "--build-tests"], "build.log", seconds)

    def test(self, arguments: list[str], seconds: float | None = None) -> bool:
        """Whether the tests pass, in time: a mutant that lets them run on is noticed."""
        limit = seconds or max(60.0, 5 * self._test_seconds)
        return self._run(["swift", "test", "--skip-build", "--disable-xctest", *arguments], "test.log", limit)

    def _run(self, command: list[str], name: str, seconds: float) -> bool:
        with (self.folder / name).open("wb") as output:
            child = subprocess.Popen(
                command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )
            try:
                return child.wait(seconds) == 0
            except subprocess.TimeoutExpired:
                subprocess.run(["pkill", "-KILL", "-s", str(child.pid)], check=False)
                child.wait()
                return False
