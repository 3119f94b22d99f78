private import Dispatch
private import Signals
private import Synchronization

/// The thread that carries all transfers of a client, and the box in which it is told what to do.
final class CurlLoop: Sendable {
    enum Command: Sendable {
        case start(HTTPRequest, TransferChannel)
        case end(UInt64, HTTPError)
        /// Reader or writer have caught up.
        case resume(UInt64)
    }

    private struct Box {
        var commands: [Command] = []
        var isClosed = false
        var identifiers: UInt64 = 0
    }

    private let multi: CurlMulti?
    private let box = Mutex(Box())

    init(settings: HTTPSettings) {
        multi = CurlMulti(idleConnections: settings.idleConnections)
        guard let multi else { return }
        DispatchQueue(label: "http").async {
            // OpenSSL writes to connections that the other side has closed.
            BrokenPipes.failingWrites { CurlThread(multi: multi, settings: settings).run { self.take() } }
        }
    }

    func newIdentifier() -> UInt64 {
        box.withLock { box in
            box.identifiers += 1
            return box.identifiers
        }
    }

    func post(_ command: Command) {
        guard let multi else {
            if case .start(_, let channel) = command { channel.ended(.failure(channel.error(.local, "libcurl cannot start"))) }
            return
        }
        box.withLock { $0.commands.append(command) }
        multi.wake()
    }

    /// Ends the thread. Nothing is under way: each transfer holds its client.
    func close() {
        box.withLock { $0.isClosed = true }
        multi?.wake()
    }

    /// What was posted since the last time; `nil` once closed.
    private func take() -> [Command]? {
        box.withLock { box in
            defer { box.commands = [] }
            return box.isClosed && box.commands.isEmpty ? nil : box.commands
        }
    }
}
