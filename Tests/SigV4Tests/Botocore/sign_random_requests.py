"""Makes seeded random requests, signs them with botocore, and prints each as one line of JSON.

    python sign_random_requests.py <seed> <count>

The raw path and query are spelled in ways that botocore's own client never would (odd escapes, unescaped
characters); botocore is given the decoded parameters, so that both sides must find the same canonical form.
"""

import datetime
import hashlib
import json
import random
import sys
import urllib.parse

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
ALPHANUMERIC = UNRESERVED[:62]
# Of one to four bytes in UTF-8, composed and decomposed. No white space beyond ASCII: botocore takes it for blanks in
# header values, which the protocol does not.
UNICODE = "éße\u0301жשދ中ሴ€\uffee😀𐍈"
HEADER_NAMES = [
    "Content-Type", "content-length", "X-Amz-Target", "x-amz-meta-note", "ACCEPT", "X-a", "X-A-b", "x-ab", "x_under",
    "X.dot", "x~tilde", "x!odd#name$%&'*+^`|", "Range", "If-Match", "Cookie",
]
UNSIGNED_NAMES = [
    "User-Agent", "X-Amzn-Trace-Id", "Connection", "Expect", "Transfer-Encoding", "Upgrade", "TE", "Trailer",
    "Keep-Alive",
]
SESSION_TOKEN_CHARACTERS = ALPHANUMERIC + "+/="


class WithOptions:
    """The switches of our signer, laid over botocore's."""

    def _normalize_url_path(self, path):
        options = self.options
        if options["normalizesPath"]:
            path = botocore.auth.normalize_url_path(path)
        return urllib.parse.quote(path, safe="/~") if options["encodesPathTwice"] else path

    def payload(self, request):
        return self.payload_hash

    def canonical_request(self, request):
        self.seen_canonical_request = super().canonical_request(request)
        return self.seen_canonical_request

    def string_to_sign(self, request, canonical_request):
        self.seen_string_to_sign = super().string_to_sign(request, canonical_request)
        return self.seen_string_to_sign


class HeaderSigner(WithOptions, botocore.auth.SigV4Auth):
    def _modify_request_before_signing(self, request):
        super()._modify_request_before_signing(request)
        if self.options["addsContentHashHeader"]:
            request.headers["X-Amz-Content-SHA256"] = self.payload_hash


class QuerySigner(WithOptions, botocore.auth.SigV4QueryAuth):
    pass


def text(rng, alphabet, low, high):
    return "".join(rng.choice(alphabet) for _ in range(rng.randint(low, high)))


def escape(rng, character, always):
    """One of the spellings that mean `character`."""
    if not always and rng.random() < 0.5:
        return character
    form = rng.choice(["%{:02X}", "%{:02x}"])
    return "".join(form.format(byte) for byte in character.encode())


def parameter_part(rng, low):
    return text(rng, UNRESERVED * 3 + " /+=&%#?:;,@!$'()*[]\"<>\\^`{|}" + UNICODE, low, 12)


def raw_parameter_part(rng, part, is_name):
    must_escape = "%&#" + ("=?" if is_name else "")
    return "".join(
        escape(rng, character, always=True)
        if character in must_escape or (character not in UNRESERVED and rng.random() < 0.5)
        else escape(rng, character, always=False)
        if character in UNRESERVED and rng.random() < 0.1
        else character
        for character in part
    )


def make_query(rng, allows_repeats):
    parameters = []
    for _ in range(rng.choice([0, 0, 1, 2, 3, 6])):
        name = parameter_part(rng, 1)
        if parameters and rng.random() < 0.3:
            # Names of which one begins with the other, and names that repeat.
            name = parameters[-1][0] + (rng.choice(["", "-", "0", "é"]) if allows_repeats else rng.choice("-0é"))
        if not allows_repeats and any(name == other for other, _ in parameters):
            continue
        parameters.append((name, parameter_part(rng, 0)))
    raw = []
    for name, value in parameters:
        joint = "" if value == "" and rng.random() < 0.5 else "="
        raw.append(raw_parameter_part(rng, name, True) + joint + raw_parameter_part(rng, value, False))
    separator = "&&" if rng.random() < 0.1 else "&"
    return parameters, separator.join(raw)


def make_path(rng, is_encoded_once):
    segments = []
    for _ in range(rng.choice([0, 1, 1, 2, 4, 7])):
        kind = rng.random()
        if kind < 0.1:
            segments.append(".")
        elif kind < 0.25:
            segments.append("..")
        elif kind < 0.35:
            segments.append("")
        elif kind < 0.4:
            segments.append(rng.choice(["...", ".a", "a.", "..a", "%2e%2E", "%", "%4", "100%"]))
        else:
            segments.append(text(rng, UNRESERVED + " %+=&:;,@!$'()*[]\"<>\\^`{|}" + UNICODE, 1, 12))
    path = "/" + "/".join(segments) + rng.choice(["", "", "/"])
    # Botocore takes such a path as it stands, so it has to be escaped as the service expects it.
    return urllib.parse.quote(path, safe="/~") if is_encoded_once else path


def make_header_value(rng):
    blanks = ["", " ", "   ", "\t", " \t ", "\n ", "\r\n\t", "\n  "]
    words = [text(rng, UNRESERVED + ",;:=\"'/()" + UNICODE, 1, 10) for _ in range(rng.randint(0, 4))]
    return rng.choice(["", " ", "\t "]) + "".join(word + rng.choice(blanks) for word in words).rstrip("\r\n\t ") + rng.choice(
        ["", "  ", "\t"]
    )


def make_headers(rng):
    host = rng.choice(["example.com", "EXAMPLE.com:8443", "[::1]:4566", "sqs.eu-central-1.amazonaws.com"])
    headers = [(rng.choice(["Host", "host", "HOST"]), host)]
    for _ in range(rng.choice([0, 1, 2, 4, 8])):
        name = rng.choice(HEADER_NAMES + UNSIGNED_NAMES)
        name = rng.choice([name, name, name.lower(), name.upper()])
        headers.append((name, make_header_value(rng)))
    if rng.random() < 0.3:
        name = rng.choice(headers[1:] or [("X-Twice", "")])[0]
        headers += [(name, make_header_value(rng)), (name.swapcase(), make_header_value(rng))]
    rng.shuffle(headers)
    return headers


def make_request(rng, index):
    is_presigned = rng.random() < 0.5
    encodes_twice = rng.random() < 0.7
    options = {
        "normalizesPath": encodes_twice and rng.random() < 0.7,
        "encodesPathTwice": encodes_twice,
        "addsContentHashHeader": rng.random() < 0.4,
    }
    path = make_path(rng, is_encoded_once=not encodes_twice)
    parameters, raw_query = make_query(rng, allows_repeats=not is_presigned)
    headers = make_headers(rng)
    body = text(rng, UNRESERVED + UNICODE + "\n\x00", 0, rng.choice([0, 10, 3000]))
    unix_seconds = rng.choice([rng.randrange(0, 4_102_444_800), rng.randrange(0, 253_402_300_800), 951_782_400])
    access_key = text(rng, ALPHANUMERIC, 4, 20)
    secret_key = text(rng, ALPHANUMERIC + "+/" + rng.choice(["", UNICODE]), 1, rng.choice([10, 40, 100]))
    token = text(rng, SESSION_TOKEN_CHARACTERS, 1, 400) if rng.random() < 0.5 else None
    region = rng.choice(["us-east-1", "eu-central-1", "local", "cn-north-1", "us-gov-west-1"])
    service = rng.choice(["sqs", "s3", "iam", "sts", "execute-api"])
    method = rng.choice(["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS"])
    expires = rng.choice([1, 60, 3600, 604_800, rng.randint(1, 604_800)])

    now = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=unix_seconds)
    botocore.auth.get_current_datetime = lambda *_, **__: now
    credentials = Credentials(access_key, secret_key, token)
    if is_presigned:
        signer = QuerySigner(credentials, service, region, expires=expires)
    else:
        signer = HeaderSigner(credentials, service, region)
    signer.options = options
    signer.payload_hash = hashlib.sha256(body.encode()).hexdigest()

    request = AWSRequest(method=method, url="http://unused" + path, params=parameters)
    for name, value in headers:
        request.headers[name] = value
    signer.add_auth(request)
    signature = (
        request.url.rpartition("&X-Amz-Signature=")[2]
        if is_presigned
        else request.headers["Authorization"].rpartition("Signature=")[2]
    )
    return {
        "index": index,
        "isPresigned": is_presigned,
        "normalizesPath": options["normalizesPath"],
        "encodesPathTwice": options["encodesPathTwice"],
        "addsContentHashHeader": options["addsContentHashHeader"],
        "accessKey": access_key,
        "secretKey": secret_key,
        "sessionToken": token,
        "region": region,
        "service": service,
        "unixSeconds": unix_seconds,
        "expires": expires,
        "method": method,
        "path": path,
        "query": raw_query,
        "headers": headers,
        "body": body,
        "canonicalRequest": signer.seen_canonical_request,
        "stringToSign": signer.seen_string_to_sign,
        "signature": signature,
        "authorization": request.headers.get("Authorization"),
    }


def main():
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    rng = random.Random(seed)
    for index in range(count):
        print(json.dumps(make_request(rng, index)))


main()
