"""Writes made-up AWS config and credentials files, and what botocore reads in them: one JSON document a line.

Usage: read_random_files.py SEED COUNT

A file may be one that botocore refuses; `error` is true then. A file with a byte order mark is read by botocore without it, since
it knows none; that is the one difference of the reader under test.
"""

import base64
import json
import os
import random
import sys
import tempfile

import botocore.exceptions
import botocore.session
from botocore.configprovider import ConfiguredEndpointProvider

ENDS = ["\n", "\r\n", "\r"]
SPACES = ["", " ", "  ", "\t", " \t", "    "]
NAMES = ["default", "DEFAULT", "dev", "Dev", "my own", 'q"uote', "back\\slash", "a]b", "größe", "x-1", "", "two  spaces"]
KEYS = [
    "aws_access_key_id", "AWS_SECRET_ACCESS_KEY", "aws_session_token", "region", "Region", "endpoint_url", "services",
    "sso_session", "sso_start_url", "role_arn", "source_profile", "credential_process", "s3", "ca_bundle", "output", "a b",
    "ключ", "x:y",
]
VALUES = [
    "AKIDEXAMPLE", "wJalr/XUtnFEMI+K7MDENG=", "eu-west-1", "https://one.example", "http://127.0.0.1:4566/aws", "dev", "",
    "value # no comment", "value ; none", "#all", ";all", "a = b", "a : b", "'quoted'", '"quoted"', '"open', "tab\there",
    "nbsp\u00a0", "\u2003wide", "line\u2028sep", "vt\x0bff\x0cend", "[not a section]", "%(interpolated)s", "${HOME}", "😀", "=",
    "arn:aws:iam::1:role/app",
]


def section(rng):
    name = rng.choice(NAMES)
    form = rng.randrange(12)
    if form == 0:
        return name or "x"
    if form == 1:
        return f" {name} "
    word = rng.choice(["profile", "profile", "profile", "profile", "sso-session", "services", "profiles", "other", "Profile"])
    if form == 2:
        return f"{word}\t{name}"
    if form == 3:
        return f'{word} "{name}"'
    if form == 4:
        return f"{word}  '{name}'  "
    if form == 5:
        return f'{word} "{name}'
    if form == 6:
        return f"{word}{name}"
    if form < 9:
        return "default"
    return f"{word} {name}"


def setting(rng, indent):
    key, value = rng.choice(KEYS), rng.choice(VALUES)
    if key in ("services", "sso_session"):
        value = rng.choice(["dev", "dev", "x-1", "my own"])
    between = rng.choice(SPACES) + ("=" if rng.random() < 0.93 else ":") + rng.choice(SPACES)
    return f"{indent}{key}{between}{value}{rng.choice(SPACES)}"


def nested(rng, indent):
    lines = [f"{indent}{rng.choice(['s3', 'sqs', 'sts', 'sso', 'SQS'])} {rng.choice(['=', '= ', ':'])}"]
    for _ in range(rng.randint(0, 3)):
        deeper = indent + rng.choice(["  ", "\t", "    "])
        name = rng.choice(["endpoint_url", "endpoint_url", "Max_Attempts", "a b"])
        equals = rng.choice([" = ", "=", " =", "=", "= ", "==", " "] if rng.random() < 0.1 else [" = ", "="])
        lines.append(f"{deeper}{name}{equals}{rng.choice(VALUES[2:7])}")
        if rng.random() < 0.2:
            lines.append(rng.choice(["", deeper, f"{deeper}# comment", "# comment"]))
    return lines


def file(rng, is_config):
    lines = []
    if rng.random() < 0.01:
        lines.append(setting(rng, ""))
    used = set()
    for _ in range(rng.randint(0, 5)):
        name = section(rng) if is_config or rng.random() < 0.2 else rng.choice(NAMES[:4] + NAMES[8:10])
        if name in used and rng.random() < 0.98:
            continue
        used.add(name)
        head = f"[{name}]" if rng.random() < 0.995 else f"[{name}"
        lines.append(rng.choice(["", "", "", " ", "\t"]) + head + rng.choice(["", "", "", "  ", " ; comment", "# x", " [x]"]))
        indent = rng.choice(["", "", "", "    ", "\t", " "])
        seen = set()
        for _ in range(rng.randint(0, 6)):
            kind = rng.random()
            here = indent if rng.random() < 0.9 else rng.choice(SPACES)
            if kind < 0.62:
                line = setting(rng, here)
                key = line.replace(":", "=").split("=")[0].strip().lower()
                if key in seen and rng.random() < 0.98:
                    continue
                seen.add(key)
                lines.append(line)
            elif kind < 0.72:
                block = nested(rng, here)
                key = block[0].replace(":", "=").split("=")[0].strip().lower()
                if key in seen:
                    continue
                seen.add(key)
                lines += block
            elif kind < 0.84:
                lines.append(rng.choice(SPACES) + rng.choice("#;") + rng.choice(["", " comment", "[default]", " a = b"]))
            elif kind < 0.94:
                lines.append(rng.choice(SPACES))
            elif kind < 0.98 or rng.random() < 0.7:
                lines.append(here + "      continued = or not")
            else:
                lines.append(rng.choice(["word", "= value", ": value", "  deep", "\x1cfs = 1", "[]", "[ ]", "a\u00a0= b"]))
    end = rng.choice(ENDS[:2]) if rng.random() < 0.95 else None
    text = "".join(line + (end or rng.choice(ENDS)) for line in lines)
    if rng.random() < 0.2:
        text = text.rstrip("\r\n")
    return text.encode()


def case(rng, index, folder):
    config, credentials = file(rng, True), file(rng, False)
    if rng.random() < 0.01:
        config += b"\xff\xfe = 1\n"
    for name, content in (("config", config), ("credentials", credentials)):
        with open(os.path.join(folder, name), "wb") as out:
            out.write(content)
    mark = [b"\xef\xbb\xbf" if rng.random() < 0.15 else b"" for _ in range(2)]
    result = {
        "index": index,
        "config": base64.b64encode(mark[0] + config).decode(),
        "credentials": base64.b64encode(mark[1] + credentials).decode(),
        "error": False,
        "profiles": {},
        "sso_sessions": {},
        "services": {},
        "endpoints": {},
    }
    # The handlers of service calls are nine tenths of a session's time, and have no part in reading files.
    session = botocore.session.Session(include_builtin_handlers=False)
    session.set_config_variable("config_file", os.path.join(folder, "config"))
    session.set_config_variable("credentials_file", os.path.join(folder, "credentials"))
    try:
        full = session.full_config
    except botocore.exceptions.ConfigParseError:
        return result | {"error": True}
    for name in ("profiles", "sso_sessions", "services"):
        result[name] = full.get(name, {})
    for profile, scoped in result["profiles"].items():
        provider = ConfiguredEndpointProvider(full, scoped, "sqs", environ={})
        try:
            result["endpoints"][profile] = provider.provide()
        except botocore.exceptions.InvalidConfigError:
            result["endpoints"][profile] = "error"
        except (AttributeError, TypeError):
            # botocore stumbles over one setting where nested ones belong, and the other way round: not compared.
            pass
    return result


def main():
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    rng = random.Random(seed)
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    with tempfile.TemporaryDirectory() as folder:
        for index in range(count):
            print(json.dumps(case(rng, index, folder)))


main()
