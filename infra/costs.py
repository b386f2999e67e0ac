#!/usr/bin/env python3
"""What User Sync costs a month on AWS: the arithmetic behind the tables of infra/README.md.

Usage: infra/costs.py            prints the tables, for both profiles
       infra/costs.py --check    exit status 1 when infra/README.md does not hold them as they are printed

Every figure of the second table is made of the unit prices of the first and the assumptions below. Change them here, print, and put
the tables into the page.
"""

import math
import pathlib
import sys
from dataclasses import dataclass

HOURS = 730  # of a month
SYNCS = 120  # a month, one every six hours
STREAM_BYTES = 138  # a user in the legacy stream, as the simulator writes it
MESSAGE_BYTES = 75  # a user in a message
BATCH = 1000  # users in a message
CALL_BYTES = 262_144  # of one send: SQS_MAX_MESSAGE_BYTES
UNIT_BYTES = 65_536  # what SQS bills as one request
POLL_SECONDS = 20  # of a long poll that finds nothing
CONSUMERS = 4  # polls under way at once in a worker
START_AND_DRAIN_HOURS = 0.05  # of the orchestrator, beside the stream
WORKER_REST_HOURS = 0.1  # of a worker, beside the orchestrator: it starts before, and ends when the queue has been empty for 5 minutes
OUR_METRICS = 17  # of both programs, see docs/metrics.md
ALARM_METRICS = 17  # that alarms look at, those of the scaling among them
SECRETS = 2  # the legacy API's key, the database owner's password
TRANSITIONS = 5 + 5  # states of one sync, and of the machine that lets the workers go after it
RELEASES = 24 * 30  # a month, by the clock
SPOT = 0.5  # of the price on demand that Spot is taken to cost; AWS says up to 70% less, and it changes
ENDPOINTS = 4  # SQS, Logs, and two of ECR
ZONES = 2
LAMBDA_SECONDS = 0.1  # of the function, a message
LAMBDA_GB = 1769 / 1024


@dataclass(frozen=True)
class Price:
    dollars: float
    unit: str
    page: str  # below https://aws.amazon.com/
    seen: str  # where and when the figure was read; AWS's own pages fill their tables by script


NOT_VERIFIED = "**not verified**"
PRICES = {
    "RDS db.t4g.small, PostgreSQL, one zone": Price(0.032, "hour", "rds/postgresql/pricing", NOT_VERIFIED),
    "RDS db.m6g.large, the same": Price(0.159, "hour", "rds/postgresql/pricing", NOT_VERIFIED),
    "RDS db.r6g.xlarge, the same": Price(0.450, "hour", "rds/postgresql/pricing", NOT_VERIFIED),
    "RDS db.t4g.medium, PostgreSQL, two zones": Price(0.130, "hour", "rds/postgresql/pricing", "infratally.com, 2026"),
    "RDS db.m6g.large, two zones": Price(0.318, "hour", "rds/postgresql/pricing", NOT_VERIFIED),
    "RDS db.r6g.xlarge, two zones": Price(0.900, "hour", "rds/postgresql/pricing", NOT_VERIFIED),
    "RDS storage gp3, one zone": Price(0.115, "GB-month", "rds/postgresql/pricing", "usage.ai, June 2026"),
    "RDS storage gp3, two zones": Price(0.230, "GB-month", "rds/postgresql/pricing", "twice 0.115 of usage.ai, June 2026"),
    "NAT gateway": Price(0.045, "hour", "vpc/pricing", "zacfukuda.com, 1 June 2026"),
    "NAT gateway, data": Price(0.045, "GB", "vpc/pricing", "zacfukuda.com, 1 June 2026"),
    "public IPv4 address": Price(0.005, "hour", "vpc/pricing", "vishalvyas.com, since February 2024"),
    "interface endpoint, one zone": Price(0.010, "hour", "privatelink/pricing", "zacfukuda.com, 1 June 2026"),
    "interface endpoint, data": Price(0.010, "GB", "privatelink/pricing", "zacfukuda.com, 1 June 2026"),
    "Fargate, Linux ARM, vCPU": Price(0.03238, "hour", "fargate/pricing", NOT_VERIFIED),
    "Fargate, Linux ARM, memory": Price(0.00356, "GB-hour", "fargate/pricing", NOT_VERIFIED),
    "Fargate, Linux x86, vCPU": Price(0.04048, "hour", "fargate/pricing", "wring.co, 10 March 2026"),
    "Fargate, Linux x86, memory": Price(0.004445, "GB-hour", "fargate/pricing", "wring.co, 10 March 2026"),
    "SQS FIFO": Price(0.50, "million requests of 64 KiB", "sqs/pricing", "factualminds.com, 13 June 2026"),
    "CloudWatch metric": Price(0.30, "metric-month", "cloudwatch/pricing", "signoz.io, 15 February 2026"),
    "CloudWatch alarm": Price(0.10, "metric-month", "cloudwatch/pricing", NOT_VERIFIED),
    "CloudWatch dashboard": Price(3.00, "month", "cloudwatch/pricing", "factualminds.com, 13 June 2026"),
    "CloudWatch Logs": Price(0.50, "GB", "cloudwatch/pricing", "factualminds.com, 13 June 2026"),
    "Secrets Manager": Price(0.40, "secret-month", "secrets-manager/pricing", "hivebook.wiki, no date"),
    "Step Functions": Price(0.025, "1000 transitions", "step-functions/pricing", "AWS's own page, no date"),
    "Lambda, ARM": Price(0.0000133334, "GB-second", "lambda/pricing", NOT_VERIFIED),
    "Lambda, requests": Price(0.20, "million", "lambda/pricing", "AWS's own page, no date"),
}


@dataclass(frozen=True)
class Size:
    name: str
    users: int
    users_a_second: int  # of the source
    databases: dict  # by profile
    storage_gb: int
    workers: int
    log_gb: float  # an estimate: two lines a batch, Enhanced Monitoring and Container Insights

    @property
    def orchestrator_hours(self):
        return self.users / self.users_a_second / 3600 + START_AND_DRAIN_HOURS

    @property
    def worker_hours(self):
        return self.workers * (self.orchestrator_hours + WORKER_REST_HOURS)

    @property
    def messages(self):
        return self.users // BATCH

    @property
    def message_gb(self):
        """Of a month, one way."""
        return self.users * MESSAGE_BYTES * SYNCS / 1e9

    @property
    def requests(self):
        """Billed SQS requests of one sync in which every user is sent: sends, receives, deletes, and polls that find nothing."""
        body = BATCH * MESSAGE_BYTES
        in_call = CALL_BYTES // body
        sends = math.ceil(self.messages / in_call) * units(in_call * body)
        polls = self.worker_hours * 3600 / POLL_SECONDS * CONSUMERS
        return sends, self.messages * units(body), self.messages, round(polls)


def units(size):
    return math.ceil(size / UNIT_BYTES)


# The source's own pace is 830 users a second: a million in 20 minutes. At that, 100 million would take 33 hours.
SIZES = [
    Size("1M users", 1_000_000, 830, {"small": "RDS db.t4g.small, PostgreSQL, one zone", "resilient": "RDS db.t4g.medium, PostgreSQL, two zones"}, 20, 2, 2),
    Size("10M users", 10_000_000, 830, {"small": "RDS db.m6g.large, the same", "resilient": "RDS db.m6g.large, two zones"}, 50, 2, 3),
    Size("100M users", 100_000_000, 5600, {"small": "RDS db.r6g.xlarge, the same", "resilient": "RDS db.r6g.xlarge, two zones"}, 200, 4, 10),
]
PROFILES = {"small": 80, "resilient": 200}  # with the most that a month of the first size may cost


def dollars(name):
    return PRICES[name].dollars


def task_hour():
    """1 vCPU and 2 GB, on ARM."""
    return dollars("Fargate, Linux ARM, vCPU") + 2 * dollars("Fargate, Linux ARM, memory")


def on_demand_share(workers):
    """The first worker is on demand, the others are on Spot."""
    return (1 + (workers - 1) * SPOT) / workers


def of_one_sync(seconds, workers, billed_requests):
    """Dollars of a sync that took so long, with Profile=small: its tasks, their public addresses, and SQS. What stands always, such as the
    database, is not in it. `scripts/bench --only pace` measures the arguments."""
    hours = seconds / 3600 + START_AND_DRAIN_HOURS
    worker_hours = workers * (hours + WORKER_REST_HOURS)
    tasks = (hours + worker_hours * on_demand_share(workers)) * task_hour()
    addresses = (hours + worker_hours) * dollars("public IPv4 address")
    return tasks + addresses + billed_requests / 1e6 * dollars("SQS FIFO")


def lines(size, profile):
    """What each part costs a month, by name."""
    small = profile == "small"
    zones = "one zone" if small else "two zones"
    worker_share = on_demand_share(size.workers) if small else 1
    public_hours = size.orchestrator_hours + (size.worker_hours if small else 0)
    endpoints = 0 if small else ENDPOINTS * ZONES * HOURS * dollars("interface endpoint, one zone")
    endpoint_data = 0 if small else 2 * size.message_gb * dollars("interface endpoint, data")
    transitions = SYNCS * TRANSITIONS + RELEASES * 5
    return {
        "RDS": HOURS * dollars(size.databases[profile]),
        "its storage": size.storage_gb * dollars(f"RDS storage gp3, {zones}"),
        "interface endpoints": endpoints + endpoint_data,
        "public addresses of running tasks": SYNCS * public_hours * dollars("public IPv4 address"),
        "orchestrator, 1 vCPU and 2 GB": SYNCS * size.orchestrator_hours * task_hour(),
        "workers, the same": SYNCS * size.worker_hours * task_hour() * worker_share,
        "SQS FIFO": SYNCS * sum(size.requests) / 1e6 * dollars("SQS FIFO"),
        "CloudWatch metrics": OUR_METRICS * dollars("CloudWatch metric"),
        "CloudWatch alarms, dashboard, logs": ALARM_METRICS * dollars("CloudWatch alarm") + dollars("CloudWatch dashboard")
        + size.log_gb * dollars("CloudWatch Logs"),
        "secrets, Step Functions": SECRETS * dollars("Secrets Manager") + transitions / 1000 * dollars("Step Functions"),
    }


def lambda_workers(size):
    """The workers' line with WorkerRuntime=lambda, which needs no interface endpoints either."""
    seconds = SYNCS * size.messages * LAMBDA_SECONDS
    return seconds * LAMBDA_GB * dollars("Lambda, ARM") + SYNCS * size.messages / 1e6 * dollars("Lambda, requests")


def fixed_address(size):
    """What FixedAddress=yes adds: a NAT gateway with its address, in place of the orchestrator's own."""
    stream_gb = size.users * STREAM_BYTES * SYNCS / 1e9
    return HOURS * (dollars("NAT gateway") + dollars("public IPv4 address")) + stream_gb * dollars("NAT gateway, data")


def estimate(profile):
    """Dollars a month for a million users."""
    return sum(lines(SIZES[0], profile).values())


def tables():
    yield "| unit | $ | per | AWS's page, aws.amazon.com/… | figure read at |"
    yield "| --- | ---: | --- | --- | --- |"
    for name, price in PRICES.items():
        # Digits as AWS writes them, 0.045 and 0.0000166667.
        amount = f"{price.dollars:.10f}".rstrip("0")
        amount += "0" * max(0, 2 - len(amount.partition(".")[2]))
        yield f"| {name} | {amount} | {price.unit} | {price.page} | {price.seen} |"
    yield ""
    names = [f"{profile}, {size.name}" for profile in PROFILES for size in SIZES]
    yield "| $ per month | " + " | ".join(names) + " |"
    yield "| --- |" + " ---: |" * len(names)
    columns = [lines(size, profile) for profile in PROFILES for size in SIZES]
    for name in columns[0]:
        yield f"| {name} | " + " | ".join(f"{column[name]:.2f}" for column in columns) + " |"
    yield "| **together** | " + " | ".join(f"**{sum(column.values()):.0f}**" for column in columns) + " |"
    twice = SIZES * len(PROFILES)
    yield "| *workers as a Lambda function instead* | " + " | ".join(f"*{lambda_workers(size):.2f}*" for size in twice) + " |"
    yield "| *more, for a fixed address* | " + " | ".join(f"*{fixed_address(size):.2f}*" for size in twice) + " |"
    yield ""
    yield "| one sync | " + " | ".join(size.name for size in SIZES) + " |"
    yield "| --- |" + " ---: |" * len(SIZES)
    yield "| users per second of the source | " + " | ".join(str(size.users_a_second) for size in SIZES) + " |"
    yield "| hours of the orchestrator | " + " | ".join(f"{size.orchestrator_hours:.2f}" for size in SIZES) + " |"
    yield "| hours of all workers | " + " | ".join(f"{size.worker_hours:.2f}" for size in SIZES) + " |"
    for index, name in enumerate(["sends", "receives", "deletes, at most", "polls that find nothing, at most"]):
        yield f"| SQS requests: {name} | " + " | ".join(str(size.requests[index]) for size in SIZES) + " |"


def main():
    printed = "\n".join(tables())
    if sys.argv[1:] == []:
        print(printed)
    elif sys.argv[1:] == ["--check"]:
        page = (pathlib.Path(__file__).parent / "README.md").read_text()
        missing = [line for line in printed.splitlines() if line and line not in page.splitlines()]
        if missing:
            raise SystemExit("infra/README.md lacks these lines of infra/costs.py:\n" + "\n".join(missing))
        for profile, most in PROFILES.items():
            if estimate(profile) > most:
                raise SystemExit(f"a month with Profile={profile} costs {estimate(profile):.0f} dollars, more than {most}")
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main()
