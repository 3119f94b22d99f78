import Layers
import Registry

/// A plan for programs: `[{"contents": [paths], "narSize": bytes, "anchor": path}]`, one layer a line.
struct LayerDocument {
    let text: String

    init(_ plan: LayerPlan) {
        let layers = plan.groups.map { group in
            JSON.members(
                ("contents", .strings(group.contents.map(\.string))), ("narSize", .int(group.narSize)),
                ("anchor", .string(group.anchor.string))
            ).text
        }
        text = "[" + layers.joined(separator: ",\n ") + "]"
    }
}
