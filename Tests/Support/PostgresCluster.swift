private import Glibc
internal import Postgres

/// The files and the process of one PostgreSQL server.
///
/// A small shell script starts it, says so, waits until its standard input ends, stops the server and removes its directory. The other end of
/// that pipe is held by this process alone, so the server ends with it, however it ends.
final class PostgresCluster: Sendable {
    let configuration: PostgresConfiguration
    /// Of its socket and its files.
    let directory: String
    private let control: Int32
    private let keeper: Int32

    static let pauseSignal = SIGSTOP
    static let resumeSignal = SIGCONT

    init() throws {
        let script = Script.startAndKeep
        let keeper = try ChildProcess.spawnWithPipes("/bin/sh", ["-c", script])
        control = keeper.input
        self.keeper = keeper.pid
        let output = ChildProcess.readToNewlineOrEnd(keeper.output)
        guard let directory = output.split(separator: " ").last, output.hasPrefix("ready ") else {
            close(keeper.input)
            throw TestSupportError("cannot start PostgreSQL: \(output)\(ChildProcess.readAll(keeper.output))")
        }
        close(keeper.output)
        self.directory = String(directory)
        configuration = PostgresConfiguration(parameters: [
            "host": self.directory, "port": "5432", "user": "postgres", "dbname": "postgres",
        ])
        AtExit.stop(control: control, keeper: self.keeper)
    }

    deinit {
        AtExit.forget(control: control)
        close(control)
        ChildProcess.wait(keeper)
    }

    func start() throws { try ChildProcess.run("/bin/sh", ["-c", Script.start, "sh", directory]) }

    /// - Parameter mode: `fast`, `immediate` or `kill`.
    func stop(_ mode: String = "immediate") throws { try ChildProcess.run("/bin/sh", ["-c", Script.stop, "sh", directory, mode]) }

    /// Starts it anew; it listens at an address, too.
    func listen(on address: String) throws { try ChildProcess.run("/bin/sh", ["-c", Script.listen, "sh", directory, address]) }

    /// Sends a signal to the server's main process and to its children.
    func signalAll(_ signal: Int32) throws {
        try ChildProcess.run("/bin/sh", ["-c", Script.signal, "sh", directory, String(signal)])
    }
}
