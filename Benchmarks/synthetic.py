"""Synthetic store graphs with the shape of nixpkgs, the same for the same seed.

What is imitated: nearly everything needs glibc; a few libraries are needed by many paths and most paths by few; what is built together
needs each other; half of all paths are below 300 kB, and few hold most of the bytes. Sizes, referrers and closures are near those of
Debian's archive (median 420 kB, mean 6 MB, 79 % need the C library, half of all packages are needed by one or none).
"""

import math
import random

# Paths that mostly need each other, as those of one desktop or language do.
FAMILY = 25
DIGITS = "0123456789abcdfghijklmnpqrsvwxyz"


def store_path(number, generation, name):
    """A store path; another generation of the same number is what an update makes of it."""
    source = random.Random(f"{number} {generation} {name}")
    return "/nix/store/" + "".join(source.choice(DIGITS) for _ in range(32)) + "-" + name


def graph(count, seed, tops):
    """A graph of `count` paths of which `tops` top-level paths together need all.

    Returns ({path: {"nar": bytes, "refs": [paths]}}, [top-level paths])."""
    source = random.Random(seed)
    references, targets = [[]], [0]
    for number in range(1, count - tops):
        below = set()
        if source.random() < 0.85:
            below.add(0)
        for _ in range(min(number, int(source.expovariate(1 / 3.0)))):
            first = number - number % FAMILY
            if source.random() < 0.7 and first < number:
                below.add(source.randrange(first, number))
            else:
                below.add(source.choice(targets))  # the more referrers, the more come
        references.append(sorted(below))
        targets.extend(below)
        targets.append(number)
    for top in range(count - tops, count):
        references.append(sorted({source.randrange(count - tops) for _ in range(1 + int(source.expovariate(1 / 3.0)))}))
    needed = {reference for below in references for reference in below}
    for number in range(count - tops):
        if number not in needed:
            # Families have their programs.
            references[count - 1 - number // FAMILY % tops].append(number)
    sizes = [30_000_000] + [
        int(min(400_000_000, 400 + math.exp(source.gauss(math.log(300_000), 2.2)))) for _ in range(1, count)
    ]
    paths = [store_path(number, 0, ("glibc-2.40" if number == 0 else f"part{number}-1.{seed}")) for number in range(count)]
    nodes = {
        paths[number]: {"nar": sizes[number], "refs": [paths[other] for other in references[number]]} for number in range(count)
    }
    return nodes, paths[count - tops:]


def closure(nodes, roots):
    """The paths that `roots` need."""
    reached, open_ = set(roots), list(roots)
    while open_:
        for other in nodes[open_.pop()]["refs"]:
            if other not in reached:
                reached.add(other)
                open_.append(other)
    return reached


def document(nodes, roots):
    """What group-layers reads."""
    return {
        "exportReferencesGraph": {"graph": sorted(set(roots))},
        "graph": [
            {"path": path, "narSize": nodes[path]["nar"], "references": nodes[path]["refs"]}
            for path in sorted(closure(nodes, roots))
        ],
    }
