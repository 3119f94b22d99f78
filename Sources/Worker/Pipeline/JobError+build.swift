import Hashing
import Layers
import Nix
import ObjectStorage
import Packing
import Queue
import Registry

extension JobError {
    /// What went wrong in a build, as the queue keeps it.
    init(buildError error: any Error) {
        switch error {
        case let error as JobError: self = error
        // Nix and Git repeat the source's URL as they were given it.
        case let error as NixFailure: self.init(Code(error.kind), PackageSource.withoutCredentials(error.report))
        case let error as RecipeError: self.init(.badRequest, error.description)
        case let error as StorageError:
            if case .noSpace = error { self.init(.outOfDisk, error.description) } else { self.init(.uploadFailed, error.description) }
        case let error as LayerPlanError: self.init(.badRequest, error.description)
        case let error as PackingError: self.init(.badRequest, error.description)
        default: self.init(.internal, "\(error)")
        }
    }
}

extension JobError.Code {
    init(_ kind: NixFailure.Kind) {
        self =
            switch kind {
            case .evaluationFailed: .evaluationFailed
            case .evaluationTimedOut, .buildTimedOut: .timeout
            case .buildFailed: .buildFailed
            case .buildSilent: .silent
            case .logLimit: .logLimit
            case .wrongSystem: .badRequest
            case .substituterFailed: .substituter
            case .outOfDisk: .outOfDisk
            case .nixMissing, .internal: .internal
            }
    }
}

extension NixFailure {
    /// The message and the last lines of the builder's log, as a terminal shows them.
    var report: String {
        logTail.isEmpty ? message : message + "\n" + logTail.suffix(10).map { "  > " + $0 }.joined(separator: "\n")
    }
}
