private import Foundation
private import Synchronization

/// A program that runs beside a test, and ends with its last user or with this process, however it ends.
package final class TestProcess: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
        package init(_ description: String) { self.description = description }
    }

    /// The first line that it printed, to standard output or error.
    package let firstLine: String
    private let process: ChildProcess.Piped
    private let isEnded = Mutex(false)

    /// Runs the program until its standard input, which this process alone holds, ends; then ends it.
    private static let keeper = """
        "$@" </dev/null & child=$!
        { read -r _; kill "$child" 2>/dev/null; } <&3 &
        wait "$child"
        """

    /// - Parameter command: the program, found by `PATH`, and its arguments.
    package convenience init(_ command: String...) throws { try self.init(command) }

    /// The same, with the arguments in an array.
    package init(_ command: [String]) throws {
        process = try ChildProcess.spawnWithPipes("/bin/sh", ["-c", "exec 3<&0; " + Self.keeper, "sh"] + command)
        firstLine = ChildProcess.readToNewlineOrEnd(process.output)
        let output = process.output
        // A full pipe would halt it.
        Drain.start(output)
        AtExit.stop(control: process.input, keeper: process.pid)
    }

    deinit { end() }

    /// Tells it to end, by SIGTERM, and waits until it has. Where the task is cancelled it is killed.
    package func stop() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                Thread.detachNewThread {
                    self.end()
                    continuation.resume()
                }
            }
        } onCancel: {
            kill(-process.pid, SIGKILL)
        }
    }

    private func end() {
        let wasEnded = isEnded.withLock { isEnded in
            defer { isEnded = true }
            return isEnded
        }
        guard !wasEnded else { return }
        AtExit.forget(control: process.input)
        close(process.input)
        ChildProcess.wait(process.pid)
    }

    /// Runs a program to its end.
    /// - Throws: with what it printed, if it fails.
    package static func run(_ command: String...) throws { try ChildProcess.run("/usr/bin/env", command) }

    /// What a program prints.
    /// - Throws: with that, if it fails.
    package static func output(_ command: [String]) throws -> String {
        let child = try ChildProcess.spawnWithPipes("/usr/bin/env", command)
        close(child.input)
        let printed = ChildProcess.readAll(child.output)
        close(child.output)
        guard ChildProcess.wait(child.pid) == 0 else { throw Failure("\(command[0]) failed: \(printed)") }
        return printed
    }

    /// A new directory below one of this process, which is removed with all that is in it when the process exits.
    package static func temporaryDirectory() throws -> String {
        let path = "\(scratch)/\(String(UInt64.random(in: .min ... .max), radix: 36))"
        guard unsafe mkdir(path, 0o700) == 0 else { throw Failure("cannot make \(path): errno \(errno)") }
        return path
    }

    private static let scratch: String = {
        let path = "/tmp/nixery-test-\(getpid())"
        _ = unsafe mkdir(path, 0o700)
        atexit { _ = try? FileManager.default.removeItem(atPath: TestProcess.scratch) }
        return path
    }()
}
