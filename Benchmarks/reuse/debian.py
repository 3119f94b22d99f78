"""Debian's dependency graph as if it were a store: real programs, libraries and sizes, of which no more is needed than apt's lists.

Packages stand for store paths, `Depends` for references, installed sizes for NAR sizes. Packages that need each other are one path.
"""

import re
import subprocess
import sys
import pathlib

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent.parent)]
import synthetic  # noqa: E402

NAMES = """git curl jq nginx openssl perl python3 python3-requests sqlite3 htop nano less coreutils bash tar gzip findutils vim emacs-nox nodejs
ruby golang-go gcc g++ make cmake postgresql redis-server mariadb-server ffmpeg imagemagick firefox-esr gimp inkscape libreoffice-writer
texlive-latex-base ghostscript openjdk-17-jre-headless php-cli apache2 haproxy rsync openssh-client tmux zsh rustc cargo python3-numpy
python3-scipy python3-pandas r-base-core octave gnuplot graphviz docker.io qemu-system-x86 wireshark mpv vlc blender kdenlive gdb strace
valgrind llvm clang ghc ocaml erlang elixir julia""".split()
BASE = ["bash", "coreutils", "curl", "git"]


def universe():
    """({path: {"nar", "refs"}}, {name: path}); empty where apt has no lists (`apt-get update` brings them)."""
    packages, providers = described()
    references, open_ = {}, [name for name in NAMES if name in packages]
    while open_:
        name = open_.pop()
        if name in references:
            continue
        depends = ",".join(packages[name].get(field, "") for field in ("Depends", "Pre-Depends"))
        found = {chosen(one, packages, providers) for one in depends.split(",") if one.strip()}
        references[name] = found - {name, None}
        open_ += references[name]
    group = cycles(references)
    path = {
        name: synthetic.store_path(name, 0, re.sub("[^a-zA-Z0-9+._-]", "-", f"{name}-{packages[name]['Version']}")[:200])
        for name in set(group.values())
    }
    nodes = {one: {"nar": 0, "refs": set()} for one in path.values()}
    for name, below in references.items():
        node = nodes[path[group[name]]]
        node["nar"] += int(packages[name].get("Installed-Size", "1")) * 1024
        node["refs"] |= {path[group[other]] for other in below}
    for one, node in nodes.items():
        node["refs"] = sorted(node["refs"] - {one})
    return nodes, {name: path[group[name]] for name in NAMES if name in references}


def described():
    packages, providers = {}, {}
    text = subprocess.run(["apt-cache", "dumpavail"], capture_output=True, text=True).stdout
    for paragraph in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in paragraph.split("\n") if not line.startswith(" ") and ": " in line)
        if "Package" in fields and fields["Package"] not in packages:
            packages[fields["Package"]] = fields
            for provided in fields.get("Provides", "").split(","):
                if provided.strip():
                    providers.setdefault(bare(provided), fields["Package"])
    return packages, providers


def bare(text):
    return text.strip().split(" ")[0].split(":")[0]


def chosen(alternatives, packages, providers):
    names = [bare(one) for one in alternatives.split("|")]
    return next((name for name in names if name in packages), None) or next((providers[n] for n in names if n in providers), None)


def cycles(references):
    """{name: the first name of its cycle}, by Tarjan's algorithm."""
    sys.setrecursionlimit(100_000)
    order, low, stack, group = {}, {}, [], {}

    def visit(name):
        order[name] = low[name] = len(order)
        stack.append(name)
        for other in sorted(references[name]):
            if other not in order:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other not in group:
                low[name] = min(low[name], order[other])
        if low[name] == order[name]:
            members = stack[stack.index(name):]
            del stack[stack.index(name):]
            group.update(dict.fromkeys(members, min(members)))

    for name in sorted(references):
        if name not in order:
            visit(name)
    return group
