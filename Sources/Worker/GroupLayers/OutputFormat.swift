import ArgumentParser
import Layers

enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
    case json, table, dot
}

extension LayeringStrategy: ExpressibleByArgument {}
