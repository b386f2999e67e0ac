"""Stands in for the check that Amazon RDS makes of an IAM token.

An LDAP server, as far as a simple bind goes (RFC 4511, section 4.2), that PostgreSQL asks whether a password is right, as it would ask
RDS's PAM module. A password is right when it is, byte for byte, the token that botocore makes for the user that wants in, with the keys
in this process's environment, at the time that the token names, and when that time is no more than fifteen minutes ago.

Writes the port it listens on, on 127.0.0.1, as the first line of its output, then a line of JSON for each answer; no token is written.
"""

import argparse
import datetime
import hmac
import json
import os
import socketserver
import sys
import threading
from urllib.parse import parse_qs, urlsplit

import botocore.auth
import botocore.session

LIFETIME = datetime.timedelta(minutes=15)
SUCCESS, INVALID_CREDENTIALS = 0, 49
SEQUENCE, INTEGER, OCTETS, ENUMERATED = 0x30, 0x02, 0x04, 0x0A
BIND_REQUEST, BIND_RESPONSE, SIMPLE = 0x60, 0x61, 0x80

one_at_a_time = threading.Lock()


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)


def token(client, region: str, host: str, port: int, user: str, at: datetime.datetime) -> str:
    """What botocore makes of the same input at the same time."""
    original = botocore.auth.get_current_datetime
    botocore.auth.get_current_datetime = lambda *_, **__: at
    try:
        return client.generate_db_auth_token(DBHostname=host, Port=port, DBUsername=user, Region=region)
    finally:
        botocore.auth.get_current_datetime = original


def verdict(client, region: str, user: str, password: str) -> tuple[str, str]:
    """The target that the password names, and why it is wrong; nothing when it is right."""
    try:
        url = urlsplit("https://" + password)
        signed_at = datetime.datetime.strptime(parse_qs(url.query)["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ")
        host, port = str(url.hostname), int(url.port or 0)
    except (ValueError, KeyError):
        return "", "not a token"
    # botocore wants UTC without a time zone, or with one, by its version: it only prints it.
    with one_at_a_time:
        expected = token(client, region, host, port, user, signed_at)
    target = f"{host}:{port}"
    if not hmac.compare_digest(expected.encode(), password.encode()):
        return target, "not the token that botocore makes"
    age = now() - signed_at.replace(tzinfo=datetime.timezone.utc)
    return target, "" if -LIFETIME < age < LIFETIME else "expired"


def element(tag: int, value: bytes) -> bytes:
    length = len(value)
    if length < 0x80:
        return bytes([tag, length]) + value
    size = (length.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + length.to_bytes(size, "big") + value


def read_element(data: bytes, start: int = 0) -> tuple[int, bytes, int]:
    """Tag, value and end of the element at `start`."""
    tag, length, start = data[start], data[start + 1], start + 2
    if length & 0x80:
        size = length & 0x7F
        length, start = int.from_bytes(data[start : start + size], "big"), start + size
    return tag, data[start : start + length], start + length


class Session(socketserver.StreamRequestHandler):
    timeout = 30

    def message(self) -> bytes:
        head = self.rfile.read(2)
        if len(head) < 2:
            return b""
        length = head[1]
        if length & 0x80:
            length = int.from_bytes(self.rfile.read(length & 0x7F), "big")
        return self.rfile.read(min(length, 1 << 16))

    def handle(self) -> None:
        while content := self.message():
            _, message_id, end = read_element(content)
            operation, body, _ = read_element(content, end)
            if operation != BIND_REQUEST:
                return
            _, _, end = read_element(body)
            _, name, end = read_element(body, end)
            _, password, _ = read_element(body, end)
            user = name.decode().removeprefix("uid=").removesuffix(",dc=rds")
            target, problem = verdict(self.server.client, self.server.region, user, password.decode())
            print(json.dumps({"user": user, "target": target, "problem": problem}), flush=True)
            code = INVALID_CREDENTIALS if problem else SUCCESS
            answer = element(ENUMERATED, bytes([code])) + element(OCTETS, b"") + element(OCTETS, b"")
            self.wfile.write(element(SEQUENCE, element(INTEGER, message_id) + element(BIND_RESPONSE, answer)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--region", required=True)
    arguments = parser.parse_args()
    session = botocore.session.Session()
    session.set_credentials(
        os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"], os.environ.get("AWS_SESSION_TOKEN")
    )
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        server.daemon_threads = True
        server.region = arguments.region
        server.client = session.create_client("rds", region_name=arguments.region)
        print(server.server_address[1], flush=True)
        server.serve_forever()


if __name__ == "__main__":
    sys.exit(main())
