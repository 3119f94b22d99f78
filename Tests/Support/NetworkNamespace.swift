private import Glibc

/// A network of its own for a program, with one wire to this host that can be cut. Needs root and iproute2.
///
/// A small shell script makes it, says so, waits until its standard input ends and removes it. The other end of that pipe is held by this
/// process alone, so the network ends with it, however it ends.
package final class NetworkNamespace: Sendable {
    package enum Cut: String, Sendable, CaseIterable {
        /// The wire is out.
        case wire
        /// Neither end has a way to the other.
        case bothWays
        /// The program has no way to this host.
        case requests
        /// This host has no way to the program.
        case replies
    }

    /// This host, as the program sees it. Both addresses are of a network for tests between networks (RFC 2544, C.2.2).
    package let host: String
    private let program: String
    private let name: String
    private let keeper: ChildProcess.Piped

    /// - Throws: ``TestSupportError`` that says what is missing.
    package init() throws {
        keeper = try ChildProcess.spawnWithPipes("/bin/sh", ["-c", Self.script, "sh", String(Int.random(in: 0..<16384))])
        let output = ChildProcess.readToNewlineOrEnd(keeper.output)
        let words = output.split(separator: " ").map(String.init)
        guard words.count == 4, words[0] == "ready" else {
            let rest = ChildProcess.readAll(keeper.output)
            close(keeper.input)
            close(keeper.output)
            ChildProcess.wait(keeper.pid)
            throw TestSupportError("cannot make a network namespace: \(output) \(rest)")
        }
        (name, host, program) = (words[1], words[2], words[3])
        AtExit.stop(control: keeper.input, keeper: keeper.pid)
    }

    deinit {
        AtExit.forget(control: keeper.input)
        close(keeper.input)
        close(keeper.output)
        ChildProcess.wait(keeper.pid)
    }

    /// What a program is started by, to have this network.
    package var command: [String] { ["ip", "netns", "exec", name] }

    package func cut(_ cut: Cut) throws {
        switch cut {
        case .wire: try ip("link", "set", name, "down")
        case .bothWays:
            try self.cut(.requests)
            try self.cut(.replies)
        case .requests: try ip("-n", name, "route", "add", "blackhole", host)
        case .replies: try ip("route", "add", "blackhole", program)
        }
    }

    /// Ends what ``cut(_:)`` began.
    package func heal(_ cut: Cut) throws {
        switch cut {
        case .wire: try ip("link", "set", name, "up")
        case .bothWays:
            try heal(.requests)
            try heal(.replies)
        case .requests: try ip("-n", name, "route", "del", "blackhole", host)
        case .replies: try ip("route", "del", "blackhole", program)
        }
    }

    private func ip(_ words: String...) throws { try ChildProcess.run("/usr/bin/env", ["ip"] + words) }

    /// `NUMBER`, where to begin to look for one that is free: name and addresses follow from it, and of two processes only one can make a
    /// namespace of a name. Prints `ready NAME HOST PROGRAM`.
    private static let script = """
        trap '' HUP INT TERM PIPE
        PATH=$PATH:/usr/sbin:/sbin
        [ "$(id -u)" = 0 ] || { echo "only root can; run these tests as root"; exit 1; }
        command -v ip >/dev/null || { echo "there is no ip: apt-get install iproute2 (deploy/install does so)"; exit 1; }
        number=$1 tries=0
        until ip netns add "farm-$number" 2>/dev/null; do
            tries=$((tries + 1)) number=$(((number + 1) % 16384))
            [ "$tries" -lt 100 ] || { ip netns add "farm-$number"; exit 1; }
        done
        name=farm-$number
        remove() {
            ip link del "$name" 2>/dev/null
            ip netns del "$name"
        }
        trap remove EXIT
        third=$((number / 64)) fourth=$((number % 64 * 4))
        host=198.18.$third.$((fourth + 1)) program=198.18.$third.$((fourth + 2))
        ip link add "$name" type veth peer name eth0 netns "$name" && ip address add "$host/30" dev "$name" && ip link set "$name" up &&
            ip -n "$name" address add "$program/30" dev eth0 && ip -n "$name" link set eth0 up && ip -n "$name" link set lo up || exit 1
        echo "ready $name $host $program"
        read -r _
        """
}
