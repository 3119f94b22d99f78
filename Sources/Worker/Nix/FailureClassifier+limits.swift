extension FailureClassifier {
    func deadlinePassed(_ log: NixLog, _ deadline: Duration) -> NixFailure {
        let limit = "\(deadline.wholeSeconds) s"
        guard case .evaluation = purpose else {
            return NixFailure(.internal, "\(subject) did not answer within \(limit)")
        }
        return NixFailure(
            .evaluationTimedOut,
            "\(subject) took longer than \(limit) and was stopped (\(NixVariable.evaluationTimeout.asLimit))",
            logTail: Array(log.plainTail.suffix(settings.logTailLines))
        )
    }

    func tooMuchOutput() -> NixFailure {
        let text = "\(subject) answered with more than \(limitText(settings.outputLimit, .outputLimit)) and was stopped"
        guard case .evaluation = purpose else { return NixFailure(.internal, text) }
        return NixFailure(.evaluationFailed, text)
    }
}
