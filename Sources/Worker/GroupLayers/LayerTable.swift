import Layers
import Operations

/// A plan for people: one line a layer, and one about them all.
struct LayerTable {
    let text: String

    init(_ plan: LayerPlan, _ closure: Closure, strategy: LayeringStrategy, budget: Int) {
        let rows = plan.groups.enumerated().map { index, group in
            [
                "\(index + 1)", ByteCount.text(group.narSize), "\(group.contents.count)", group.reason.rawValue,
                Self.summary(group),
            ]
        }
        let header = ["layer", "size", "paths", "why", "contents"]
        let widths = header.indices.dropLast().map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
        let lines = ([header] + rows).map { row in
            row.enumerated().map { column, cell in
                guard column < widths.count else { return cell }
                let space = String(repeating: " ", count: widths[column] - cell.count)
                // Numbers stand to the right.
                return column < 3 ? space + cell : cell + space
            }.joined(separator: "  ")
        }
        text = (lines + ["", Self.total(plan, closure, strategy, budget)]).joined(separator: "\n") + "\n"
    }

    /// The anchor, then the rest by name.
    private static func summary(_ group: LayerGroup) -> String {
        let rest = group.contents.filter { $0 != group.anchor }
        let names = ([group.contents.contains(group.anchor) ? group.anchor : nil].compactMap(\.self) + rest).map(\.name)
        let shown = names.prefix(4).joined(separator: " ")
        return names.count > 4 ? "\(shown) and \(names.count - 4) more" : shown
    }

    private static func total(_ plan: LayerPlan, _ closure: Closure, _ strategy: LayeringStrategy, _ budget: Int) -> String {
        let once = closure.paths.reduce(0) { $0 + $1.narSize }
        let all = plan.groups.reduce(0) { $0 + $1.narSize }
        // In thousandths, rounded up, so that nothing looks like less than it is.
        let more = once > 0 ? ((all - once) * 1000 + once - 1) / once : 0
        return "strategy \(strategy.rawValue): \(plan.groups.count) layers of at most \(budget), \(closure.paths.count) paths, "
            + "\(ByteCount.text(once))"
            + (all > once ? "; \(ByteCount.text(all - once)) more (\(more / 10).\(more % 10) %) because paths are in several layers" : "")
    }
}
