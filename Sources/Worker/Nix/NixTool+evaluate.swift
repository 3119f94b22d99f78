import FoundationEssentials

extension NixTool {
    /// Looks up and evaluates packages, in one evaluation. Nothing is built but what the evaluation itself imports.
    /// - Throws: ``NixFailure``; `CancellationError` once all processes are gone.
    package func evaluate(_ request: EvaluationRequest) async throws -> Evaluation {
        var arguments = ["--source", request.source, "--packages", try Self.json(request.packages), "--system", request.system]
        if !request.optional.isEmpty { arguments += ["--optional", try Self.json(request.optional)] }
        if let places = request.allowedPlaces {
            for place in places + settings.allowedPlaces { arguments += ["--allow", place] }
        }
        let output = try await run(
            settings.prepareImageCommand, arguments + buildOptions, for: .evaluation(request.packages),
            memory: settings.evaluationMemory, deadline: settings.evaluationTimeout
        )
        let evaluation = try Self.decode(Evaluation.self, output, from: settings.prepareImageCommand)
        try check(evaluation)
        return evaluation
    }

    /// What comes back is used as arguments of Nix; a package set could have put anything there.
    private func check(_ evaluation: Evaluation) throws(NixFailure) {
        for package in evaluation.packages {
            let isUsable =
                StorePathText.isStorePath(package.drvPath) && package.drvPath.hasSuffix(".drv") && !package.outputs.isEmpty
                && package.outputs.allSatisfy { StorePathText.isStorePath($0.path) && StorePathText.isOutputName($0.name) }
            guard isUsable else {
                throw NixFailure(.evaluationFailed, "\(package.attribute) is not a proper derivation: its paths are not store paths")
            }
        }
    }

    private static func json(_ names: [String]) throws -> String {
        String(decoding: try JSONEncoder().encode(names), as: UTF8.self)
    }
}
