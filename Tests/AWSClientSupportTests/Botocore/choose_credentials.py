"""Writes made-up environments and profiles, and which source of credentials botocore chooses for each: one JSON document a line.

Usage: choose_credentials.py SEED COUNT
"""

import json
import os
import random
import sys
import tempfile

import botocore.exceptions
import botocore.session

PROCESS = """credential_process = echo '{"Version": 1, "AccessKeyId": "PROCESS", "SecretAccessKey": "S"}'"""


def case(rng, folder):
    def has(share=0.5):
        return rng.random() < share

    profile = rng.choice(["default", "app"])
    variables = {} if profile == "default" else {rng.choice(["AWS_PROFILE", "AWS_DEFAULT_PROFILE"]): profile}
    if has(0.2):
        variables |= {"AWS_ACCESS_KEY_ID": "ENVIRONMENT", "AWS_SECRET_ACCESS_KEY": "S"}
    if has():
        variables |= {"AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": "arn:aws:iam::1:role/environment"}
    config = [f"[profile {profile}]" if profile != "default" else "[default]", "region = eu-west-1"]
    credentials = []
    if has():
        config.append("role_arn = arn:aws:iam::1:role/profile")
        config.append("source_profile = base" if has() else "web_identity_token_file = /token")
    if has(0.3):
        config += ["sso_start_url = https://start.example", "sso_region = eu-west-1", "sso_account_id = 1", "sso_role_name = r"]
    if has(0.3):
        config.append(PROCESS)
    if has(0.3):
        config += ["aws_access_key_id = CONFIG", "aws_secret_access_key = S"]
    if has(0.3):
        credentials += [f"[{profile}]", "aws_access_key_id = CREDENTIALS", "aws_secret_access_key = S"]
    credentials += ["[base]", "aws_access_key_id = BASE", "aws_secret_access_key = S"]
    result = {"variables": variables, "config": "\n".join(config) + "\n", "credentials": "\n".join(credentials) + "\n"}

    for name in ("config", "credentials"):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as out:
            out.write(result[name])
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ |= variables | {"AWS_EC2_METADATA_DISABLED": "true"}
    session = botocore.session.Session()
    session.set_config_variable("config_file", os.path.join(folder, "config"))
    session.set_config_variable("credentials_file", os.path.join(folder, "credentials"))
    found = session.get_credentials()
    return result | {"method": found.method if found else "none"}


def main():
    rng = random.Random(int(sys.argv[1]))
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(int(sys.argv[2])):
            print(json.dumps(case(rng, folder)))


main()
