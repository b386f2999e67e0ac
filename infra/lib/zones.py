"""Two zones of a region that have Fargate: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AWS_Fargate-Regions.html"""

from __future__ import annotations

from aws import Aws, Problem

# Regions in which only some zones have it, by zone ID: what a zone is called differs from account to account.
ONLY = {
    "us-west-1": {"usw1-az1", "usw1-az3"},
    "ap-northeast-1": {"apne1-az1", "apne1-az2", "apne1-az4"},
    "cn-north-1": {"cnn1-az1", "cnn1-az2"},
}
# Old and full: new capacity, newer instances and Lambda are not offered there.
NEVER = {"use1-az3", "cac1-az3"}


def choose_zones(aws: Aws) -> list:
    answer = aws("ec2", "describe-availability-zones", "--filters", "Name=state,Values=available", "Name=zone-type,Values=availability-zone")
    only = ONLY.get(aws.region)
    fit = [z for z in answer["AvailabilityZones"] if z["ZoneId"] not in NEVER and (only is None or z["ZoneId"] in only)]
    if len(fit) < 2:
        raise Problem(f"{aws.region} has no two zones with Fargate that this account may use")
    return [zone["ZoneName"] for zone in sorted(fit, key=lambda zone: zone["ZoneId"])[:2]]
