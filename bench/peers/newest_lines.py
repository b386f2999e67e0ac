"""Turns the stream's body on standard input into JSON lines on standard output: the newest record of each name, in the stream's order.

For peers that read a file and take each name once. With `singer` as its argument, the lines are the messages of a Singer tap.
"""

import json
import sys

# Times are written as RFC 3339 does it in UTC, so they are in the order of their texts.
SCHEMA = {
    "type": "SCHEMA",
    "stream": "users",
    "key_properties": ["userName"],
    "schema": {
        "properties": {
            "id": {"type": "integer"},
            "userName": {"type": "string"},
            "email": {"type": "string"},
            "createdAt": {"type": "string", "format": "date-time"},
            "deleted": {"type": "boolean"},
        }
    },
}
decode = json.JSONDecoder().raw_decode


def newest(text):
    users, position = {}, 0
    while (start := text.find("[", position)) >= 0:
        array, position = decode(text, start)
        for user in array:
            known = users.get(user["userName"])
            if known is None or known["createdAt"] <= user["createdAt"]:
                users[user["userName"]] = user
    return users.values()


def main():
    is_singer = sys.argv[1:] == ["singer"]
    out = open(sys.stdout.fileno(), "w", encoding="utf-8", buffering=1 << 20, newline="\n")
    if is_singer:
        out.write(json.dumps(SCHEMA) + "\n")
    for user in newest(sys.stdin.buffer.read().decode(errors="replace")):
        line = {"type": "RECORD", "stream": "users", "record": user} if is_singer else user
        out.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
    out.flush()


main()
