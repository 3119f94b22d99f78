#!/usr/bin/env python3
"""Takes programs away from a farm and measures until it goes on; Benchmarks/recovery/run starts it.

usage: recovery.py DIRECTORY POSTGRES_PROGRAMS HAPROXY_FILES ROUNDS SLOW_ROUNDS OUTAGE
"""
import http.client
import os
import pathlib
import random
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from machine import load, machine

work, programs, haproxy = (pathlib.Path(argument) for argument in sys.argv[1:4])
rounds, slow_rounds, outage = (int(argument) for argument in sys.argv[4:7])
url = os.environ["DATABASE_URL"]
commit = subprocess.run(["git", "-C", work / "set", "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
heartbeat = float(os.environ.get("NIXERY_LEASE_SECONDS", 45)) / 4.5
started, numbers = [], iter(range(1000))


def until(condition, what, limit=300):
    """Asks until the condition gives something true, and returns that."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.01)
    raise SystemExit(f"recovery: {what} did not come within {limit} s")


def sql(text):
    """The rows of a query as text, or None when the server is away."""
    done = subprocess.run([programs / "psql", "-qAtX", url, "-c", text], capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else None


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(name, command, **variables):
    log = open(work / "log" / name, "ab")
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=os.environ | variables)
    started.append(process)
    return process


def start_worker(name):
    process = start(name, ["nixery-worker", "run"])
    until(lambda: b"worker ready" in (work / "log" / name).read_bytes() or process.poll() is not None, f"the worker {name}", 60)
    return process


def start_frontend(port):
    process = start(f"frontend-{port}", ["nixery-frontend", "serve"], PORT=str(port))
    until(lambda: ask(port, "/readyz")[0] == 200, "a frontend", 60)
    return process


def ask(port, path):
    """Status and the place of a redirect; a status of 0 when there is no answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    try:
        connection.request("GET", path, headers={"Accept": "application/vnd.oci.image.manifest.v1+json"})
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.getheader("Location")
    except (OSError, http.client.HTTPException):
        return 0, None
    finally:
        connection.close()


class Pull(threading.Thread):
    """Pulls a manifest as clients do, and remembers when and how that ended."""

    def __init__(self, port, image):
        super().__init__(daemon=True)
        self.port, self.image = port, image
        self.start()

    def run(self):
        path = f"/v2/{self.image}/manifests/{commit}"
        while path:
            self.status, path = ask(self.port, path)
        self.answered = time.time()

    def end(self):
        self.join(300)
        return self.answered if self.status == 200 else None


def image():
    return f"image{next(numbers)}"


def let_through(name):
    (work / "open" / name).touch()


def claim(name, attempt=1):
    """When the image's job was claimed for that time, in seconds since 1970; the database's clock is this machine's."""
    row = sql(f"""SELECT extract(epoch FROM e.at) FROM farm.job_events e JOIN farm.jobs j ON j.id = e.job
                  WHERE j.image = '{name}' AND e.kind = 'claimed' ORDER BY e.id OFFSET {attempt - 1} LIMIT 1""")
    return float(row) if row else None


def building(name):
    return until(lambda: sql(f"SELECT worker FROM farm.jobs WHERE image = '{name}' AND phase = 'building'"), f"the build of {name}", 60)


def worker_lost(how):
    """The first worker goes in the middle of a build; another is there."""
    global worker
    name = image()
    pull = Pull(balancer, name)
    building(name)
    other = start_worker(f"worker-{name}")
    # At any moment between two heartbeats.
    time.sleep(random.uniform(0, heartbeat))
    begin = time.time()
    worker.send_signal(how)
    second = until(lambda: claim(name, 2), "another worker's claim")
    let_through(name)
    answered = pull.end()
    worker.wait(120)
    worker = other
    return second - begin, answered and answered - begin


def database_restarted(mode):
    """The server stops while an image is built, comes back, and another image is asked for at once."""
    name, other = image(), image()
    pull = Pull(balancer, name)
    building(name)
    if mode == "kill -9":
        main = int((work / "postgres/data/postmaster.pid").read_text().split()[0])
        children = [int(child) for task in pathlib.Path(f"/proc/{main}/task").iterdir() for child in (task / "children").read_text().split()]
        os.kill(main, signal.SIGKILL)
        until(lambda: not any(os.path.exists(f"/proc/{child}") for child in children), "the end of PostgreSQL")
    else:
        server("stop", "-w", "-m", mode)
    time.sleep(outage)
    server("start", "-W")
    until(lambda: sql("SELECT 1"), "PostgreSQL")
    begin = time.time()
    let_through(other)
    answered = Pull(balancer, other).end()
    claimed = claim(other)
    let_through(name)
    first = pull.end()
    survived = first is not None and sql(f"SELECT attempt FROM farm.jobs WHERE image = '{name}'") == "1"
    return claimed - begin, answered and answered - begin, survived


def server(*words):
    command = [programs / "pg_ctl", "-s", "-D", work / "postgres/data", "-l", work / "postgres/log"]
    if words[0] == "start":
        command += ["-o", f"-k {work}/postgres -c listen_addresses=''"]
    if os.getuid() == 0:
        command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "setsid", "--wait"] + command
    with open(work / "log/postgres", "ab") as log:
        subprocess.run(command + list(words), check=True, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/")


def frontend_killed():
    """The frontend at which a client waits is killed; a known image is pulled at once, and for three seconds more."""
    name = image()
    waiting = Pull(balancer, name)
    building(name)
    process = int(until(lambda: sql(
        f"SELECT process FROM farm.waiters w JOIN farm.frontends f ON f.id = frontend JOIN farm.jobs j ON j.id = job WHERE j.image = '{name}'"),
        "the client's wait"))
    port = next(port for port, frontend in frontends.items() if frontend.pid == process)
    frontends[port].kill()
    begin = time.time()
    answered = Pull(balancer, known).end()
    took, slowest, lost = answered and answered - begin, 0, 0 if answered else 1
    while time.time() < begin + 3:
        ask_begin = time.time()
        ended = Pull(balancer, known).end()
        lost += ended is None
        slowest = max(slowest, (ended or time.time()) - ask_begin)
    let_through(name)
    lost += waiting.end() is None
    frontends[port].wait()
    frontends[port] = start_frontend(port)
    # HAProxy looks every half second.
    time.sleep(2)
    return took, slowest, lost


def row(what, values):
    values = list(values)
    if None in values:
        return f"| {what} | not in every round | |"
    return f"| {what} | {statistics.median(values):.2f} | {max(values):.2f} |"


try:
    print(f"{machine()}; load {load()} at the beginning.", end="")
    frontends = {port: start_frontend(port) for port in (free_port(), free_port())}
    balancer = free_port()
    (work / "backends.cfg").write_text(subprocess.run(
        [haproxy / "backends", *(f"127.0.0.1:{port}" for port in frontends)], check=True, capture_output=True, text=True).stdout)
    start("balancer", ["haproxy", "-W", "-f", haproxy / "haproxy.cfg", "-f", work / "backends.cfg"], FARM_BALANCER=f"127.0.0.1:{balancer}")
    until(lambda: ask(balancer, "/readyz")[0] == 200, "HAProxy", 60)
    worker = start_worker("worker")
    known = image()
    let_through(known)
    if Pull(balancer, known).end() is None:
        raise SystemExit("recovery: no image can be pulled")

    modes = ["fast", "immediate", "kill -9"]
    restarts, kills = {mode: [] for mode in modes}, []
    for _ in range(rounds):
        for mode in modes:
            restarts[mode].append(database_restarted(mode))
        kills.append(frontend_killed())
    lost, stopped = [], []
    for _ in range(slow_rounds):
        lost.append(worker_lost(signal.SIGKILL))
        stopped.append(worker_lost(signal.SIGTERM))

    print(f" {load()} at the end.\n")
    print("| seconds | median | maximum |\n|---|---:|---:|")
    for title, results in (("worker killed in the middle of a build", lost), ("worker stopped (SIGTERM) in the middle of a build that does not end", stopped)):
        print(row(f"{title}: until another has the job", (result[0] for result in results)))
        print(row(f"{title}: until the waiting pull is answered", (result[1] for result in results)))
    for mode in modes:
        print(row(f"PostgreSQL away, {mode}: from its return until a new job is claimed", (result[0] for result in restarts[mode])))
        print(row(f"PostgreSQL away, {mode}: until that pull is answered", (result[1] for result in restarts[mode])))
    print(row("frontend killed: until the next pull is answered", (result[0] for result in kills)))
    print(row("frontend killed: the slowest pull in the three seconds after", (result[1] for result in kills)))
    survivors = sum(result[2] for mode in modes for result in restarts[mode])
    print(f"\nRounds: {slow_rounds} for workers, {rounds} for the others. Builds that went on through a restart of PostgreSQL ({outage} s away): "
          f"{survivors} of {rounds * len(modes)}. Pulls lost with a frontend, the waiting ones among them: {sum(result[2] for result in kills)}.")
finally:
    for process in reversed(started):
        if process.poll() is None:
            process.kill()
            process.wait()
