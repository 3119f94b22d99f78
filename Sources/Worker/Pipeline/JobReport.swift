import Queue

/// Any error of a build as text for a terminal.
package enum JobReport {
    package static func text(_ error: any Error) -> String { JobError(buildError: error).message }
}
