"""Turns the stream's body on standard input into COPY text on standard output, in the stream's order. For by_hand.sh."""

import json
import sys

ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
decode = json.JSONDecoder().raw_decode


def main():
    text, position = sys.stdin.buffer.read().decode(errors="replace"), 0
    out = open(sys.stdout.fileno(), "w", encoding="utf-8", buffering=1 << 20, newline="\n")
    while (start := text.find("[", position)) >= 0:
        users, position = decode(text, start)
        out.writelines(
            f"{user['id']}\t{user['userName'].translate(ESCAPES)}\t{user['email'].translate(ESCAPES)}"
            f"\t{user['createdAt']}\t{'t' if user['deleted'] else 'f'}\n"
            for user in users
        )
    out.flush()


main()
