"""Compares the imports of each target with the manifest, which it reads from standard input as `swift package dump-package` prints it.

A missing dependency builds as long as another target has built the module before, and fails in a fresh clone.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

IMPORT = re.compile(
    r"^(?:@\w+ )*(?:(?:package|public|internal|private|fileprivate) )?import (?:(?:struct|func|class|enum|protocol) )?(\w+)",
    re.MULTILINE,
)


def main() -> int:
    """1 when a file imports a target of this package that its own target does not name."""
    targets = {each["name"]: each for each in json.load(sys.stdin)["targets"]}
    folders = {name: _folder(each) for name, each in targets.items()}
    missing = []
    for name, target in targets.items():
        allowed = {name} | {each[0] for dependency in target["dependencies"] for each in dependency.values()}
        inner = [folder for folder in folders.values() if folders[name] in folder.parents]
        for file in sorted(folders[name].rglob("*.swift")):
            if any(folder in file.parents for folder in inner):
                continue
            imports = set(IMPORT.findall(file.read_text())) & set(targets)
            missing += [f"{file}: {name} does not depend on {each} in Package.swift" for each in sorted(imports - allowed)]
    print("\n".join(missing), end="\n" if missing else "")
    return 1 if missing else 0


def _folder(target: dict[str, Any]) -> Path:
    return Path(target.get("path") or f"{'Tests' if target['type'] == 'test' else 'Sources'}/{target['name']}")


if __name__ == "__main__":
    sys.exit(main())
