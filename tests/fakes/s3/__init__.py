"""A strict S3 on loopback, for the vendor's own client."""

from tests.fakes.s3.refusals import Refused
from tests.fakes.s3.server import ACCESS_KEY, BUCKET, REGION, SECRET_KEY, S3Server, Seen
from tests.fakes.s3.trouble import (
    Trouble,
    breaks_off,
    crawls,
    cut,
    damages,
    fails,
    forgets,
    gateway_page,
    hangs,
    loses_the_answer,
    slow,
    slow_down,
)

__all__ = [
    "ACCESS_KEY",
    "BUCKET",
    "REGION",
    "SECRET_KEY",
    "Refused",
    "S3Server",
    "Seen",
    "Trouble",
    "breaks_off",
    "crawls",
    "cut",
    "damages",
    "fails",
    "forgets",
    "gateway_page",
    "hangs",
    "loses_the_answer",
    "slow",
    "slow_down",
]
