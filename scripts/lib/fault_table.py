"""Prints the outcomes of injected faults as a table. Usage: fault_table.py REPORT

REPORT holds a line of JSON for each fault, as the fault tests write it. Exit status: 0 when there are outcomes and none shows a row
that is missing, wrong or doubled, else 1.
"""

import json
import sys

# Column: title, key, whether it is a number.
COLUMNS: list[tuple[str, str, bool]] = [
    ("fault", "fault", False),
    ("injected how", "injected", False),
    ("rows expected", "expected", True),
    ("rows found", "found", True),
    ("lost", "lost", True),
    ("doubled", "doubled", True),
    ("recovered in", "recovery", True),
    ("sync ends", "status", False),
]


def cell(outcome: dict, key: str) -> str:
    value = outcome[key]
    if key == "recovery":
        # A sync that had to fail has nothing to recover.
        return f"{value:.1f} s" if outcome["status"] == "COMPLETED" else "-"
    return str(value)


def main(path: str) -> int:
    with open(path, encoding="utf-8") as lines:
        outcomes = [json.loads(line) for line in lines]
    rows = [[title for title, _, _ in COLUMNS]]
    rows += [[cell(outcome, key) for _, key, _ in COLUMNS] for outcome in outcomes]
    widths = [max(len(row[i]) for row in rows) for i in range(len(COLUMNS))]
    rows.insert(1, ["-" * width for width in widths])
    for row in rows:
        parts = [
            text.rjust(width) if number else text.ljust(width)
            for text, width, (_, _, number) in zip(row, widths, COLUMNS)
        ]
        print("  ".join(parts).rstrip())
    lost = sum(outcome["lost"] for outcome in outcomes)
    doubled = sum(outcome["doubled"] for outcome in outcomes)
    wrong = sum(outcome["expected"] != outcome["found"] for outcome in outcomes)
    print(f"{len(outcomes)} faults, {lost} rows lost, {doubled} doubled, {wrong} tables of the wrong size")
    return 0 if outcomes and lost == doubled == wrong == 0 else 1


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
