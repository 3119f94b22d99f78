/// The environment variables that raise the limits of ``NixSettings``, as messages name them.
package enum NixVariable: String, Sendable, CaseIterable {
    case builderTimeout = "NIX_TIMEOUT"
    case silenceTimeout = "NIXERY_SILENCE_SECONDS"
    case evaluationTimeout = "NIXERY_EVALUATION_SECONDS"
    case evaluationMemory = "NIXERY_EVALUATION_MEMORY"
    case logLimit = "NIXERY_LOG_LIMIT"
    case outputLimit = "NIXERY_OUTPUT_LIMIT"

    /// What a message says of the limit: whoever runs only frontends would look for the variable in vain.
    var asLimit: String { "the limit is \(rawValue), a setting of the workers" }
}
