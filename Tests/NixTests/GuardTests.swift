import Glibc
import Testing

/// `nixery-guard` by itself, without Nix.
@Suite struct GuardTests {
    /// A guard with a lifeline in this process's hand.
    private struct Guarded {
        let lifeline: Pipe
        let errors: Pipe
        let process: SpawnedProcess

        init(_ options: [String] = [], _ command: [String]) throws {
            lifeline = try Pipe()
            errors = try Pipe()
            process = try SpawnedProcess(
                [Programs.guardPath] + options + ["--"] + command, environment: ["PATH": "/usr/bin:/bin"],
                descriptors: [0: lifeline.reader, 1: errors.writeEnd, 2: errors.writeEnd]
            )
            errors.closeWriter()
        }

        /// Holds the lifeline until the guard has ended, unless it was let go before.
        func status() async throws -> Int32 {
            let status = try await process.status()
            return withExtendedLifetime(lifeline) { status }
        }

        static func shell(_ script: String, _ options: [String] = []) throws -> Guarded { try Guarded(options, ["/bin/sh", "-c", script]) }
    }

    private let tether: Tether

    init() throws {
        tether = try Tether("\(Programs.scratch)/guard-tether-\(UInt64.random(in: 0 ... .max))")
    }

    /// Keeps the tether in a session of its own, as deaf to TERM as the shell that runs this.
    private var grandchild: String { "setsid sh -c 'echo g >&7; while :; do sleep 1000; done' &" }
    /// The same, and its parent is gone at once.
    private var orphan: String { "(setsid sh -c 'echo o >&7; while :; do sleep 1000; done' &);" }

    @Test(
        arguments: [
            ("exit 0", 0), ("exit 3", 3), ("exit 255", 255), ("kill -TERM $$", 143), ("kill -KILL $$", 137),
            ("test ! -t 0 && test \"$(readlink /proc/self/fd/0)\" = /dev/null", 0), ("test \"$(cut -d' ' -f6 /proc/self/stat)\" = $$", 0),
        ] as [(String, Int32)])
    func passesOnTheStatus(script: String, status: Int32) async throws {
        #expect(try await Guarded.shell(script).status() == status)
    }

    @Test(
        arguments: [
            ([], [], 125, "usage:"), (["--grace", "x"], ["true"], 125, "--grace takes seconds"),
            (["--grace"], [], 125, "--grace takes seconds"),
            (["--memory", "0"], ["true"], 125, "--memory takes mebibytes"), (["--other", "1"], ["true"], 125, "unknown option '--other'"),
            ([], ["/nonexistent"], 127, "cannot run /nonexistent: No such file"),
            ([], ["/etc/passwd"], 126, "cannot run /etc/passwd: Permission denied"),
        ] as [([String], [String], Int32, String)])
    func saysWhatIsWrong(options: [String], command: [String], status: Int32, message: String) async throws {
        let guarded = try Guarded(options, command)
        #expect(try await guarded.status() == status)
        #expect(await guarded.errors.text().hasPrefix("nixery-guard: \(message)"))
    }

    /// A worker that was started with signals ignored must not hand that on; its guard still hears, and still learns how the command ended.
    @Test func givesTheCommandCleanSignals() async throws {
        let ignoring = """
            import os, signal, sys
            for name in ("SIGQUIT", "SIGPIPE", "SIGTERM", "SIGCHLD"): signal.signal(getattr(signal, name), signal.SIG_IGN)
            os.execv(sys.argv[1], sys.argv[1:])
            """
        let script = "grep -hE 'Sig(Blk|Ign)' /proc/self/status; exec 7>\(tether.path); echo c >&7; exec 1>&- 2>&-; exec sleep 1000"
        let (lifeline, output) = (try Pipe(), try Pipe())
        let process = try SpawnedProcess(
            ["python3", "-c", ignoring, Programs.guardPath, "--", "/bin/sh", "-c", script],
            environment: ["PATH": "/usr/bin:/bin"], descriptors: [0: lifeline.reader, 1: output.writeEnd]
        )
        output.closeWriter()
        #expect(await tether.news(count: 2) == "c\n")
        kill(process.pid, SIGTERM)
        #expect(await tether.isLetGo())
        lifeline.closeWriter()
        #expect(try await process.status() == 143)
        let masks = await output.text().split(separator: "\n").map { UInt64($0.suffix(16), radix: 16) }
        let signals = [SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM, SIGCHLD].reduce(0) { $0 | UInt64(1) << UInt64($1 - 1) }
        #expect(masks.count == 2)
        #expect(masks.allSatisfy { $0.map { $0 & signals } == 0 })
    }

    @Test func killsAllWhenTheLifelineEnds() async throws {
        let script = "exec 7>\(tether.path); trap '' TERM; \(grandchild) \(orphan) echo c >&7; while :; do sleep 1000; done"
        let guarded = try Guarded.shell(script, ["--grace", "0.2"])
        #expect(await tether.news(count: 6).count == 6)
        guarded.lifeline.closeWriter()
        #expect(try await guarded.status() == 137)
        // The guard ends last: nothing is left by then.
        #expect(await tether.isLetGo(patience: 0))
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGHUP])
    func killsAllOnASignal(signal: Int32) async throws {
        let guarded = try Guarded.shell("exec 7>\(tether.path); \(grandchild) \(orphan) echo c >&7; wait; sleep 1000")
        #expect(await tether.news(count: 6).count == 6)
        kill(guarded.process.pid, signal)
        #expect(try await guarded.status() == 143)
        #expect(await tether.isLetGo(patience: 0))
    }

    @Test func letsTheCommandCleanUp() async throws {
        let guarded = try Guarded.shell("exec 7>\(tether.path); trap 'echo bye >&7; exit 4' TERM; echo c >&7; sleep 1000 & wait")
        #expect(await tether.news(count: 2) == "c\n")
        guarded.lifeline.closeWriter()
        #expect(try await guarded.status() == 4)
        #expect(await tether.news(count: 4) == "bye\n")
    }

    @Test func letsOrphansCleanUpToo() async throws {
        let orphan = "(setsid sh -c 'trap \"echo bye >&7; exit\" TERM; sleep 1000 & echo o >&7; wait' &);"
        let guarded = try Guarded.shell("exec 7>\(tether.path); \(orphan) sleep 1000")
        #expect(await tether.news(count: 2) == "o\n")
        guarded.lifeline.closeWriter()
        #expect(await tether.news(count: 4) == "bye\n")
        #expect(try await guarded.status() == 143)
        #expect(await tether.isLetGo(patience: 0))
    }

    @Test func killsWhatACommandLeavesBehind() async throws {
        let gate = "\(tether.path).gate"
        try #require(unsafe mkfifo(gate, 0o600) == 0)
        let guarded = try Guarded.shell("exec 7>\(tether.path); trap '' TERM; \(grandchild) \(orphan) read line <\(gate); exit 5")
        #expect(await tether.news(count: 4).count == 4)
        #expect(await Waiting.value { close(unsafe open(gate, O_WRONLY | O_CLOEXEC)) } == 0)
        #expect(try await guarded.status() == 5)
        #expect(await tether.isLetGo(patience: 0))
    }

    @Test func tellsTheCommandWhenTheGuardItselfIsKilled() async throws {
        let guarded = try Guarded.shell("exec 7>\(tether.path); trap 'kill $!; echo bye >&7; exit' TERM; sleep 1000 & echo c >&7; wait")
        #expect(await tether.news(count: 2) == "c\n")
        kill(guarded.process.pid, SIGKILL)
        #expect(await tether.news(count: 4) == "bye\n")
    }

    @Test func limitsMemory() async throws {
        let script = "exec python3 -c 'x = bytearray(200 << 20)'"
        #expect(try await Guarded.shell(script).status() == 0)
        #expect(try await Guarded.shell(script, ["--memory", "100"]).status() == 1)
    }
}
