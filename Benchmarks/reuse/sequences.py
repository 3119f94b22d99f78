"""What a client pulls one after another: lists of (store graph, requested paths).

A universe is {path: {"nar": bytes, "refs": [paths]}}; `tops` are the paths that people ask for, by name.
"""

import random
import sys
import pathlib

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent.parent)]
import synthetic  # noqa: E402


def updated(nodes, changed):
    """A universe in which `changed` has another hash, and so has all that refers to it: their builds are other builds.

    Returns (the new universe, {old path: new path})."""
    anew, progress = set(changed), True
    while progress:
        progress = False
        for path, node in nodes.items():
            if path not in anew and any(reference in anew for reference in node["refs"]):
                anew.add(path)
                progress = True
    name = {path: synthetic.store_path(path, "updated", path[44:]) if path in anew else path for path in nodes}
    return {
        name[path]: {"nar": node["nar"], "refs": [name[reference] for reference in node["refs"]], "was": path}
        for path, node in nodes.items()
    }, name


def sequences(nodes, tops, base, seed):
    """{name: [(universe, requested paths)]}; `base` names what images are commonly built upon."""
    source = random.Random(seed)
    names = sorted(tops)
    others = [name for name in names if name not in base]
    source.shuffle(others)

    def image(*wanted):
        return nodes, sorted({tops[name] for name in wanted})

    large = base + others[:8]
    result = {
        "single packages in turn": [image(name) for name in names],
        "growing images": [image(*large[:size]) for size in range(1, len(large) + 1)],
        "shared base": [image(*base, name) for name in others],
        "random images": [image(*source.sample(names, min(len(names), source.randint(1, 8)))) for _ in range(20)],
    }
    images = [image(*base, *others[start:start + 3]) for start in range(0, min(12, len(others)), 3)] + [image(*large)]
    # What changes is in the images: a leaf is requested itself and nothing else needs it.
    needed = {reference for node in nodes.values() for reference in node["refs"]}
    held = set().union(*(synthetic.closure(nodes, roots) for _, roots in images))
    leaf = next(tops[name] for name in large[::-1] if tops[name] not in needed)
    libraries = sorted(path for path in held if nodes[path]["nar"] < 1_000_000 and sum(path in n["refs"] for n in nodes.values()) > 2)
    library = source.choice(libraries)
    glibc = max(held, key=lambda path: sum(path in node["refs"] for node in nodes.values()))
    for name, path in (("update: a leaf", leaf), ("update: one small library", library), ("update: glibc", glibc)):
        after, moved = updated(nodes, [path])
        result[name] = images + [(after, sorted(moved[root] for root in roots)) for _, roots in images]
    return result
