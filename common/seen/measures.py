"""What each process counts of its own requests, in the terms of Prometheus."""

from typing import Final

from prometheus_client import Counter, Histogram

REQUESTS: Final = Counter(
    "loopyard_requests", "Requests answered, by route, method and status.", ["route", "method", "status"]
)
DURATION: Final = Histogram(
    "loopyard_request_duration_seconds",
    "Time from a request to its answer, by route.",
    ["route"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
