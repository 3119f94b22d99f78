"""The demo package set's real closures, with what each store path takes when it is packed."""

import json
import os
import subprocess
import zlib

# What people ask for; the rest of the set is there to fail, or to be needed.
NAMES = [
    "_7zip", "bash", "coreutils", "curl", "findutils", "git", "gnugrep", "gnused", "gnutar", "gzip", "hello", "htop", "iana-etc", "jq", "less",
    "moreutils", "nano", "nginx", "openssl", "perl", "python3", "python3Packages.requests", "sqlite", "zlib", "cacert",
]
BASE = ["bash", "coreutils", "cacert", "iana-etc"]


def settings():
    variables = dict(os.environ)
    variables.setdefault("NIX_CONFIG", "build-users-group =\nsandbox = false\nsubstituters =\n")
    return variables


def run(*command, **options):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, env=settings(), **options).stdout


def universe(directory):
    """({path: {"nar", "refs"}}, {name: path}) of the set in `directory`, built if it is not."""
    tops = {}
    for name in NAMES:
        tops[name] = run("nix-build", "--no-out-link", "-A", name, directory, stderr=subprocess.DEVNULL, text=True).split()[0]
    paths = sorted(run("nix-store", "--query", "--requisites", *sorted(set(tops.values())), text=True).split())
    lines = run("nix-store", "--dump-db", *paths, text=True).split("\n")
    nodes = {}
    while len(lines) > 5:
        path, _, size, _, count = lines[:5]
        nodes[path] = {"nar": int(size), "refs": sorted(set(lines[5:5 + int(count)]) - {path})}
        lines = lines[5 + int(count):]
    return nodes, tops


def packed_sizes(nodes, cache):
    """Bytes of each path as gzip at zlib's level 1 makes them of its NAR. Kept in the file `cache`, since paths never change."""
    known = json.loads(cache.read_text()) if cache.exists() else {}
    for path in sorted(nodes):
        if path in known:
            continue
        packer, size = zlib.compressobj(1, wbits=31), 0
        with subprocess.Popen(["nix-store", "--dump", path], stdout=subprocess.PIPE, env=settings()) as dump:
            while piece := dump.stdout.read(1 << 20):
                size += len(packer.compress(piece))
        if dump.returncode:
            raise SystemExit(f"{path} cannot be read")
        known[path] = size + len(packer.flush())
    cache.parent.mkdir(parents=True, exist_ok=True)
    cache.write_text(json.dumps(known))
    return {path: known[path] for path in nodes}
