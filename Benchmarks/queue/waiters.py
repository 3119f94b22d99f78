#!/usr/bin/env python3
"""Clients that wait on one frontend: what they cost it, and how quickly all are answered.

usage: waiters.py PORT PROCESS COUNT PSQL URL

Opens COUNT connections to the frontend at PORT, whose process id is PROCESS, each asking for one and the same image that nobody builds;
then publishes the image as a worker would. Prints one line of JSON.
"""
import asyncio
import hashlib
import json
import subprocess
import sys
import time

port, process, count, psql, url = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5]
commit = "c" * 40
manifest = json.dumps({"schemaVersion": 2, "filler": "m" * 3000})
digest = hashlib.sha256(manifest.encode()).hexdigest()


def sql(text):
    return subprocess.run([psql, "-qAtX", url, "-c", text], check=True, capture_output=True, text=True).stdout.strip()


def resident():
    with open(f"/proc/{process}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


def processor_seconds():
    with open(f"/proc/{process}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def threads():
    with open(f"/proc/{process}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("Threads"))


def connections():
    return int(sql("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'nixery-farm%' OR application_name LIKE 'nixery-frontend%'"))


async def ask():
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET /v2/waited/manifests/{commit} HTTP/1.1\r\nHost: farm\r\n\r\n".encode())
    await writer.drain()
    return reader, writer


async def answer(reader, writer, answered):
    head = await reader.readuntil(b"\r\n\r\n")
    answered.append((time.monotonic(), int(head.split()[1])))
    writer.close()


async def main():
    before = resident()
    clients, answered = [], []
    while len(clients) < count:
        clients += await asyncio.gather(*(ask() for _ in range(min(500, count - len(clients)))))
    tasks = [asyncio.create_task(answer(*client, answered)) for client in clients]
    # What a waiting client costs when nothing happens.
    await asyncio.sleep(2)
    idle_begin, processor_begin = time.monotonic(), processor_seconds()
    statements = "SELECT sum(xact_commit + xact_rollback) FROM pg_stat_database WHERE datname = current_database()"
    sql("SELECT pg_stat_force_next_flush()")
    first = int(sql(statements))
    await asyncio.sleep(10)
    idle = time.monotonic() - idle_begin
    result = {
        "waiting": count - len(answered),
        "memory": resident(),
        "memory_before": before,
        "threads": threads(),
        "connections": connections(),
        "processor": (processor_seconds() - processor_begin) / idle * 100,
        "statements": (int(sql(statements)) - first) / idle,
        "jobs": int(sql("SELECT count(*) FROM farm.jobs")),
        "waiters": int(sql("SELECT count(*) FROM farm.waiters")),
    }
    sql(f"""
        WITH job AS (SELECT id, build_key FROM farm.jobs WHERE state = 'queued'), made AS (
            INSERT INTO farm.manifests (oci_digest, oci_bytes, config_digest, image)
            VALUES ('\\x{digest}', '{manifest}', '\\x{digest}', 'waited')
        ), kept AS (INSERT INTO farm.cache_keys SELECT build_key, '\\x{digest}' FROM job)
        UPDATE farm.jobs SET state = 'succeeded', manifest = '\\x{digest}', finished_at = now() FROM job WHERE jobs.id = job.id;
    """)
    committed = time.monotonic()
    sql("SELECT pg_notify('farm_done', (SELECT max(id)::text FROM farm.jobs))")
    await asyncio.gather(*tasks)
    times = sorted(at - committed for at, status in answered if status == 200)
    result |= {
        "answered": len(times),
        "first": times[0] if times else None,
        "median": times[len(times) // 2] if times else None,
        "last": times[-1] if times else None,
        "memory_after": resident(),
    }
    print(json.dumps(result))


asyncio.run(main())
