"""Says what a bill of materials lacks of what a build takes, read apart from what wrote it.

Usage: check_sbom.py ROOT < BILL
"""

import json
import pathlib
import re
import sys


def main():
    root = pathlib.Path(sys.argv[1])
    bill = json.load(sys.stdin)
    parts = bill["components"]
    missing = []
    for line in (root / "scripts/swift-packages.txt").read_text().splitlines():
        if not line.startswith("https://"):
            continue
        url, version = line.split()
        name = url.removesuffix(".git").split("/")[-1]
        commits = [
            each["value"]
            for part in parts
            if part["name"] == name and part.get("version") == version
            for each in part.get("properties", [])
            if each["name"] == "git:commit"
        ]
        if len(commits) != 1 or not re.fullmatch("[0-9a-f]{40}", commits[0]):
            missing.append(f"{url} {version}")
    text = json.dumps(bill)
    dockerfile = (root / "infra/Dockerfile").read_text()
    # Every digest and checksum that the image is made from, and every package that a line of apt-get names.
    missing += [digest for digest in re.findall(r"sha256:([0-9a-f]{64})", dockerfile) if digest not in text]
    for line in dockerfile.splitlines():
        if "apt-get install" in line:
            words = line.split("--no-install-recommends")[1].replace("\\", " ").split()
            missing += [word for word in words if not any(part["name"] == word for part in parts)]
    names = [part["bom-ref"] for part in parts]
    if bill["bomFormat"] != "CycloneDX" or len(names) != len(set(names)) or not names:
        missing.append("a sound document")
    if missing:
        sys.exit("the bill of materials lacks " + ", ".join(missing))
    print(f"the bill of materials names all {len(parts)} parts of a build")


main()
