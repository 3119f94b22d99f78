#!/usr/bin/env python3
"""Clients of a frontend that ask for manifests and say how long each took.

usage: ask.py combine SEED COUNT PACKAGE...   prints names of COUNT different images of two to all of the packages, in any order
       ask.py ask PORT CLIENTS                asks for the images named on standard input, by so many clients at once; prints for each, in the
                                              order of the names: name, status, milliseconds, digest
       ask.py probe PORT NAME                 asks in turn for /v2/ and for the image until standard input ends; prints for each: address,
                                              status, milliseconds, digest

`shell` counts only in front of a name, so that is where it is put.
"""
import hashlib
import http.client
import random
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

ACCEPT = {"Accept": "application/vnd.oci.image.manifest.v1+json"}


def combine(seed, count, packages):
    choice = random.Random(seed)
    names = {}
    while len(names) < count:
        chosen = choice.sample(packages, choice.randint(2, len(packages)))
        names.setdefault(frozenset(chosen), "/".join(sorted(chosen, key=lambda package: package != "shell")))
    return names.values()


class Client:
    """One connection, kept open; a redirect of a long wait is followed."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)

    def ask(self, address):
        """Status, milliseconds and the digest of the bytes that came."""
        begin = time.perf_counter()
        while True:
            self.connection.request("GET", address, headers=ACCEPT)
            answer = self.connection.getresponse()
            body = answer.read()
            if answer.status != 307:
                break
            address = "/v2/" + answer.headers["Location"].partition("/v2/")[2]
        milliseconds = (time.perf_counter() - begin) * 1000
        digest = "sha256:" + hashlib.sha256(body).hexdigest()
        if answer.status != 200:
            print(f"{address}: {answer.status} {body.decode(errors='replace')[:400]}", file=sys.stderr)
        elif digest != answer.headers.get("Docker-Content-Digest", digest):
            raise SystemExit(f"{address}: other bytes than the digest says")
        return answer.status, milliseconds, digest


def manifest(name):
    return f"/v2/{name}/manifests/latest"


def report(name, answer):
    status, milliseconds, digest = answer
    print(f"{name} {status} {milliseconds:.3f} {digest}", flush=True)


def ask(port, clients, names):
    own = threading.local()

    def one(name):
        if not hasattr(own, "client"):
            own.client = Client(port)
        return own.client.ask(manifest(name))

    with ThreadPoolExecutor(clients) as pool:
        for name, answer in zip(names, pool.map(one, names)):
            report(name, answer)


def probe(port, name):
    client = Client(port)
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    while not ended.wait(0.002):
        report("/v2/", client.ask("/v2/"))
        report(name, client.ask(manifest(name)))


match sys.argv[1:]:
    case ["combine", seed, count, *packages]:
        print(*combine(int(seed), int(count), packages), sep="\n")
    case ["ask", port, clients]:
        ask(int(port), int(clients), sys.stdin.read().split())
    case ["probe", port, name]:
        probe(int(port), name)
    case _:
        raise SystemExit(__doc__)
