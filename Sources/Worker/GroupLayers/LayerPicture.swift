import Layers
import Operations

/// A plan as a graph for Graphviz: the dominator tree, each path in the colour of its layer, striped where it is in several; beside it
/// the layers with their sizes.
struct LayerPicture {
    private static let mostStripes = 4
    private static let mostLegendRows = 32

    private let plan: LayerPlan
    private let closure: Closure
    private let tree: ClosureTree
    private let colours: [LayerColour]
    private let layersOfPath: [StorePath: [Int]]

    init(_ plan: LayerPlan, _ closure: Closure, _ tree: ClosureTree, strategy: LayeringStrategy) {
        self.plan = plan
        self.closure = closure
        self.tree = tree
        colours = plan.groups.indices.map { LayerColour($0) }
        var layers: [StorePath: [Int]] = [:]
        for (index, group) in plan.groups.enumerated() {
            for path in group.contents { layers[path, default: []].append(index) }
        }
        layersOfPath = layers
        caption =
            "\(closure.paths.count) paths, \(ByteCount.text(closure.paths.reduce(0) { $0 + $1.narSize })), "
            + "in \(plan.groups.count) layers by the strategy \(strategy.rawValue); requested paths are framed, "
            + "paths of several layers striped"
    }

    private let caption: String

    var text: String {
        let numbers = Dictionary(uniqueKeysWithValues: closure.paths.enumerated().map { ($1.path, $0) })
        let requested = Set(closure.requested)
        var lines = [
            "digraph layers {",
            #"  graph [rankdir=LR, nodesep=0.06, ranksep=0.5, ordering=out, fontname="Helvetica", fontsize=16, labelloc=t, label="\#(caption)"];"#,
            #"  node [shape=box, style="filled,rounded", penwidth=0.6, color=gray40, fontname="Helvetica", height=0.2, margin="0.08,0.03"];"#,
            #"  edge [arrowhead=none, color=gray65, penwidth=0.7];"#,
            #"  image [label="image", shape=circle, style=filled, fillcolor=white, fontsize=14];"#,
        ]
        for (number, info) in closure.paths.enumerated() {
            lines.append("  p\(number) [\(attributes(info, isRequested: requested.contains(info.path)))];")
        }
        // Children stand in this order, so that neighbours have one colour.
        for (number, info) in closure.paths.enumerated().sorted(by: { (place($0.1), $0.0) < (place($1.1), $1.0) }) {
            let above = tree.parents[info.path].flatMap { numbers[$0] }.map { "p\($0)" } ?? "image"
            lines.append("  \(above) -> p\(number);")
        }
        lines.append("  legend [shape=plain, style=\"\", label=<\(legend)>];")
        // Without an edge of its own the legend would stand among the leaves.
        lines.append("  legend -> image [style=invis];")
        return (lines + ["}"]).joined(separator: "\n") + "\n"
    }

    private func place(_ info: PathInfo) -> Int { layersOfPath[info.path]?.first ?? 0 }

    private func attributes(_ info: PathInfo, isRequested: Bool) -> String {
        let layers = layersOfPath[info.path, default: []]
        let shown = layers.prefix(Self.mostStripes)
        let fill = shown.map { colours[$0].fill }.joined(separator: ":")
        let numbers = shown.map { "\($0 + 1)" }.joined(separator: "+") + (layers.count > shown.count ? "+…" : "")
        var attributes = [
            #"label="\#(numbers)  \#(Self.short(info.path.name))  \#(ByteCount.text(info.narSize))""#,
            #"tooltip="\#(info.path)""#,
            #"fillcolor="\#(fill)""#,
            #"fontcolor="\#(layers.first.map { colours[$0].text } ?? "black")""#,
            "fontsize=\(Self.fontSize(info.narSize))",
        ]
        if layers.count > 1 { attributes.append("style=striped, fontcolor=black") }
        if isRequested { attributes.append(#"penwidth=2.5, color=black"#) }
        return attributes.joined(separator: ", ")
    }

    /// 8 points for small paths, two more for each factor of ten from 100 kB on: the eye finds what weighs.
    private static func fontSize(_ bytes: Int64) -> Int {
        8 + 2 * max(0, String(bytes).count - 5)
    }

    private static func short(_ name: String) -> String { name.count > 32 ? name.prefix(31) + "…" : name }

    private var legend: String {
        var rows = [
            #"<tr><td align="right">layer</td><td align="right">size</td><td align="right">paths</td><td align="left">why</td><td align="left">for</td></tr>"#
        ]
        for (index, group) in plan.groups.enumerated().prefix(Self.mostLegendRows) {
            let colour = colours[index]
            rows.append(
                #"<tr><td align="right" bgcolor="\#(colour.fill)"><font color="\#(colour.text)">\#(index + 1)</font></td>"#
                    + #"<td align="right">\#(ByteCount.text(group.narSize))</td><td align="right">\#(group.contents.count)</td>"#
                    + #"<td align="left">\#(group.reason.rawValue)</td><td align="left">\#(Self.short(group.anchor.name))</td></tr>"#)
        }
        let rest = plan.groups.dropFirst(Self.mostLegendRows)
        if !rest.isEmpty {
            let size = ByteCount.text(rest.reduce(0) { $0 + $1.narSize })
            rows.append(
                #"<tr><td></td><td align="right">\#(size)</td><td align="left" colspan="3">in \#(rest.count) more layers</td></tr>"#)
        }
        return #"<table border="0" cellborder="0" cellspacing="1" cellpadding="2">"# + rows.joined() + "</table>"
    }
}
