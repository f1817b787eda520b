"""The rival of number 15: one RQ job per record, deduplicated by job_id, as many would write it.

Prints how many updates that came during a record's fetch were never fetched.
"""

from __future__ import annotations

import redis
from rq import Queue, SimpleWorker, get_current_job

from lab import embedded
from lab.keeper import kept_folder

TRIES = 100


def fetch(record: int) -> None:
    """Have an update arrive while the first fetch of the record runs: the receiver enqueues it
    under the same id."""
    job = get_current_job()
    assert job is not None and job.connection is not None
    if job.connection.incr(f"fetched:{record}") == 1:
        _enqueue(Queue("dedupe", connection=job.connection), record)


def _enqueue(queue: Queue, record: int) -> None:
    queue.enqueue("lab.faults.dedupe.fetch", record, job_id=f"record-{record}", result_ttl=0)


def main() -> None:
    with kept_folder() as folder, embedded.valkey(folder / "valkey") as (url, _):
        server = redis.Redis.from_url(url)
        queue = Queue("dedupe", connection=server)
        for record in range(TRIES):
            _enqueue(queue, record)
        SimpleWorker([queue], connection=server).work(burst=True, logging_level="ERROR")
        lost = sum(int(server.get(f"fetched:{record}") or 0) < 2 for record in range(TRIES))
    print(f"{lost} of {TRIES} updates lost")


if __name__ == "__main__":
    main()
