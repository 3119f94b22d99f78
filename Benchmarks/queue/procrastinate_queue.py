#!/usr/bin/env python3
"""procrastinate's queue: tasks that do nothing, until none is left. Prints jobs per second and CPU ms per job.

usage: procrastinate_queue.py URL JOBS CONCURRENCY
"""
import asyncio
import resource
import sys
import time

import procrastinate

url, jobs, concurrency = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url, min_size=concurrency, max_size=concurrency))
done = 0


@app.task(name="nothing")
async def nothing(number):
    global done
    done += 1


def processor_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


async def main():
    async with app.open_async():
        if not await app.check_connection_async():
            await app.schema_manager.apply_schema_async()
        await nothing.batch_defer_async(*({"number": number} for number in range(jobs)))
        begin, processor = time.perf_counter(), processor_seconds()
        await app.run_worker_async(wait=False, concurrency=concurrency, install_signal_handlers=False, listen_notify=False, delete_jobs="never")
        seconds = time.perf_counter() - begin
        if done != jobs:
            sys.exit(f"only {done} of {jobs} tasks were done")
        print(round(jobs / seconds), (processor_seconds() - processor) * 1000 / jobs)


asyncio.run(main())
