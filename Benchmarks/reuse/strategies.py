"""Ways to divide an image into layers. Each is a function of (universe, requested paths) that returns layers as lists of paths."""

import json
import subprocess
import sys
import pathlib

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent.parent)]
import synthetic  # noqa: E402

BUDGET = 94


def farm(program, strategy, popularity=None):
    """What the farm does, by its own command line."""
    arguments = [program, "--graph", "-", "--strategy", strategy, "--budget", str(BUDGET)]
    if popularity:
        arguments += ["--popularity", popularity]

    def layers(nodes, roots):
        text = json.dumps(synthetic.document(nodes, roots))
        output = subprocess.run(arguments, input=text, capture_output=True, text=True, check=True).stdout
        return [layer["contents"] for layer in json.loads(output)]

    return layers


def one_a_path(nodes, roots):
    """Each of the largest paths a layer, what is over budget one more."""
    paths = sorted(synthetic.closure(nodes, roots), key=lambda path: (-nodes[path]["nar"], path))
    if len(paths) <= BUDGET:
        return [[path] for path in paths]
    return [[path] for path in paths[:BUDGET - 1]] + [sorted(paths[BUDGET - 1:])]


def one_layer(nodes, roots):
    return [sorted(synthetic.closure(nodes, roots))]


def popularity(nodes):
    """Counts as popcount makes them."""
    counts = {path[44:]: 0 for path in nodes}
    for path, node in nodes.items():
        for name in {reference[44:] for reference in node["refs"] if reference != path}:
            counts[name] += 1
    return counts
