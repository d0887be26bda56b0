"""Run as a program by `requests.py`: start one function, answer one event several times, say what that took."""

import gc
import json
import statistics
import sys
import time

begun = time.process_time()
import handler  # type: ignore[import-not-found]  # noqa: E402 - a function's folder is on the path

started = time.process_time()


class Context:
    """What Powertools reads of a Lambda's context."""

    function_name = "bench"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:bench"
    aws_request_id = "bench"

    def get_remaining_time_in_millis(self) -> int:
        return 25_000


event = json.load(sys.stdin)
answer = handler.lambda_handler(event, Context())
first = time.process_time()
taken = []
for _ in range(int(sys.argv[1])):
    before = time.process_time()
    handler.lambda_handler(event, Context())
    taken.append(time.process_time() - before)
# Collected outside of what is timed, as Lambda does between invocations at most.
gc.collect()
figures = {"start": started - begun, "first": first - started, "warm": statistics.median(taken)}
sys.stdout.write("\n" + json.dumps({name: value * 1000 for name, value in figures.items()} | {"answer": answer}) + "\n")
