import Layers

func member(_ name: String, _ node: PathTree.Node) -> PathTree.Member { PathTree.Member(name: Array(name.utf8), node: node) }

/// A tree that has `nodes` at their paths.
func tree(_ nodes: [String: PathTree.Node]) -> PathTree { PathTree(root: directory(nodes)) }

private func directory(_ nodes: [String: PathTree.Node]) -> PathTree.Node {
    var below: [String: [String: PathTree.Node]] = [:]
    var members: [PathTree.Member] = []
    for (path, node) in nodes {
        if let slash = path.firstIndex(of: "/") {
            below[String(path[..<slash]), default: [:]][String(path[path.index(after: slash)...])] = node
        } else {
            members.append(member(path, node))
        }
    }
    members += below.map { member($0.key, directory($0.value)) }
    return .directory(members.sorted { $0.name.lexicographicallyPrecedes($1.name) })
}
