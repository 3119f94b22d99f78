"""The strategy `closure` as sets of strings: slow, and short enough to be read beside its description in docs/layers.md."""

UNIT = 192 << 10


def layers(graph, roots, budget):
    """The layers of an image, each a sorted list of store paths. graph: {path: {"nar": bytes, "refs": [paths]}}, without cycles."""
    nar = {path: node["nar"] for path, node in graph.items()}
    refs = {path: sorted(set(node["refs"]) - {path}) for path, node in graph.items()}
    order, closure = dependencies_first(refs), {}
    pending, carried, plan = {}, {}, []
    for path in order:
        closure[path] = {path}.union(*(closure[r] for r in refs[path]))
        below = set().union(*(pending[r] for r in refs[path]))
        covered = set().union(*(carried[r] for r in refs[path]))
        below -= covered
        if nar[path] >= UNIT * len(closure[path]).bit_length():
            if below and sum(nar[p] for p in below) <= nar[path]:
                plan.append((path, frozenset(below | {path})))
                covered |= below
                below = set()
            else:
                plan.append((path, frozenset([path])))
        else:
            below.add(path)
        pending[path], carried[path] = below, covered
    for split in (True, False):
        whole = plan + leftovers(plan, pending, roots, split)
        if len(whole) <= budget:
            return sorted(sorted(contents) for _, contents in whole)
    return bundled(whole, nar, closure, roots, budget)


def dependencies_first(refs):
    order, seen = [], set()
    for start in sorted(refs):
        way = [(start, iter(refs[start]))] if start not in seen else []
        seen.add(start)
        while way:
            path, rest = way[-1]
            for reference in rest:
                if reference not in seen:
                    seen.add(reference)
                    way.append((reference, iter(refs[reference])))
                    break
            else:
                order.append(path)
                way.pop()
    return order


def leftovers(plan, pending, roots, split):
    candidates = []
    for root in set(roots):
        rest = frozenset(pending[root])
        if split and root in rest and len(rest) > 1:
            candidates.append((root, frozenset([root])))
            rest -= {root}
        if rest:
            candidates.append((root, rest))
    candidates.sort(key=lambda one: (-len(one[1]), one[0], min(one[1])))
    held = frozenset().union(*(contents for _, contents in plan))
    kept = []
    for root, contents in candidates:
        if not contents <= held and not any(contents <= other for _, other in kept):
            kept.append((root, contents))
    return kept


def bundled(plan, nar, closure, roots, budget):
    weight = {root: sum(nar[p] for p in closure[root]) for root in set(roots)}
    requests = sorted(weight, key=lambda root: (-weight[root], root))
    size = {contents: sum(nar[p] for p in contents) for _, contents in plan}
    limit = 64 << 10
    while limit < 1 << 40:
        bundles, large = {}, set()
        for anchor, contents in plan:
            if size[contents] >= limit:
                large.add(contents)
            else:
                bundles.setdefault(next(r for r in requests if anchor in closure[r]), set()).update(contents)
        if len(large) + len(bundles) <= budget:
            return sorted(sorted(contents) for contents in large | {frozenset(bundle) for bundle in bundles.values()})
        limit = limit * 3 // 2
    ordered = sorted((contents for _, contents in plan), key=lambda contents: (-size[contents], sorted(contents)))
    return sorted(sorted(contents) for contents in ordered[:budget - 1] + [frozenset().union(*ordered[budget - 1:])])
