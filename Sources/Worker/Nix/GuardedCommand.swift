import Subprocess
import SystemPackage

/// A command under `nixery-guard`: when this process lets go of it, however that happens, nothing of it is left.
struct GuardedCommand: Sendable {
    /// Why the command was stopped from here.
    enum Stop: Sendable {
        case deadline
        case outputLimit
        case logLimit(NixLog.Excess)
    }

    struct Result: Sendable {
        /// 128 + N when signal N ended it.
        let status: Int32
        let output: [UInt8]
        let log: NixLog
        let stop: Stop?
    }

    private enum Event: Sendable {
        case output(bytes: [UInt8], isComplete: Bool)
        case log(NixLog)
        case deadline
        case none
    }

    let settings: NixSettings
    let command: String
    let arguments: [String]
    /// MiB of address space; nil: no limit.
    var memory: Int?
    /// For the whole command; nil: it takes what it takes.
    var deadline: Duration?

    /// Runs the command and reads both of its streams to their ends.
    /// - Throws: ``NixFailure`` when the guard cannot be started; `CancellationError` once all processes are gone.
    func run(_ log: NixLog) async throws -> Result {
        do {
            let outcome = try await Subprocess.run(configuration, input: .inputWriter, output: .sequence, error: .sequence) { execution in
                try await follow(execution, log)
            }
            // The guard's own death by a signal would look like a status of its command.
            try Task.checkCancellation()
            let (output, log, stop) = outcome.closureResult
            let status =
                switch outcome.terminationStatus {
                case .exited(let code): code
                case .signaled(let signal): 128 + signal
                }
            return Result(status: status, output: output, log: log, stop: stop)
        } catch {
            try Task.checkCancellation()
            guard let error = error as? SubprocessError else { throw error }
            if error.code == .executableNotFound || error.code == .spawnFailed {
                let text = "\(settings.guardCommand) cannot be started; it belongs beside nixery-worker, on PATH: \(error)"
                throw NixFailure(.nixMissing, text)
            }
            throw NixFailure(.internal, "\(command) could not be followed: \(error)")
        }
    }

    private var configuration: Configuration {
        var options = ["--grace", "\(settings.grace.wholeSeconds)"]
        if let memory { options += ["--memory", "\(memory)"] }
        var platform = PlatformOptions()
        // The guard answers to TERM by clearing up after its grace; should it hang in that, this is not left hanging too.
        platform.teardownSequence = [.send(signal: .terminate, allowedDurationToNextStep: settings.grace + .seconds(30))]
        let environment = settings.commandEnvironment.map { (Environment.Key(stringLiteral: $0.key), $0.value) }
        return Configuration(
            executable: settings.guardCommand.contains("/") ? .path(FilePath(settings.guardCommand)) : .name(settings.guardCommand),
            arguments: Arguments(options + ["--", command] + arguments),
            environment: .custom(Dictionary(environment) { $1 }),
            platformOptions: platform
        )
    }

    /// The guard keeps its ends of both streams open as long as it lives, so their ends are also the command's.
    /// The write end of its standard input, the lifeline, is held for as long as this runs.
    private func follow(
        _ execution: Execution<CustomWriteInput, SequenceOutput, SequenceOutput>, _ log: NixLog
    ) async throws -> ([UInt8], NixLog, Stop?) {
        try await withThrowingTaskGroup(of: Event.self) { group in
            group.addTask { try await readOutput(execution.standardOutput) }
            group.addTask { try await readLog(execution.standardError, log) }
            if let deadline {
                group.addTask { (try? await Task.sleep(for: deadline)) == nil ? .none : .deadline }
            }
            var (output, log, stop) = ([UInt8](), log, Stop?.none)
            var open = 2
            while open > 0, let event = try await group.next() {
                let reason: Stop?
                switch event {
                case .output(let bytes, let isComplete):
                    (output, open) = (bytes, open - 1)
                    reason = isComplete ? nil : .outputLimit
                case .log(let read):
                    (log, open) = (read, open - 1)
                    reason = read.excess.map { .logLimit($0) }
                case .deadline: reason = .deadline
                case .none: reason = nil
                }
                guard let reason, stop == nil else { continue }
                stop = reason
                await execution.teardown(using: configuration.platformOptions.teardownSequence)
            }
            group.cancelAll()
            return (output, log, stop)
        }
    }

    private func readOutput(_ stream: SubprocessOutputSequence) async throws -> Event {
        var bytes: [UInt8] = []
        for try await buffer in stream {
            guard bytes.count + buffer.count <= settings.outputLimit else { return .output(bytes: bytes, isComplete: false) }
            unsafe buffer.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        }
        return .output(bytes: bytes, isComplete: true)
    }

    private func readLog(_ stream: SubprocessOutputSequence, _ log: NixLog) async throws -> Event {
        var log = log
        for try await buffer in stream {
            log.append(unsafe buffer.withUnsafeBytes { unsafe Array($0) })
            if log.excess != nil { break }
        }
        log.finish()
        return .log(log)
    }
}
