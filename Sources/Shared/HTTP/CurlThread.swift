internal import CLibcurl

/// What the thread of a ``CurlLoop`` does. All of libcurl's handles are touched here alone.
struct CurlThread {
    let multi: CurlMulti
    let settings: HTTPSettings
    private var active: [UInt64: CurlTransfer] = [:]
    /// Transfers that wait for others to end, the oldest first.
    private var waiting: [(request: HTTPRequest, channel: TransferChannel)] = []

    init(multi: CurlMulti, settings: HTTPSettings) {
        self.multi = multi
        self.settings = settings
    }

    /// Runs until `commands` gives `nil`.
    consuming func run(_ commands: () -> [CurlLoop.Command]?) {
        while let posted = commands() {
            for command in posted { obey(command) }
            multi.perform()
            while let (easy, code) = unsafe multi.nextEnded() {
                guard let transfer = active.values.first(where: { unsafe $0.easy == easy }) else { continue }
                end(transfer, transfer.result(code))
            }
            let wait = endOverdue()
            fill()
            multi.wait(wait)
        }
        for transfer in active.values { end(transfer, .failure(transfer.channel.error(.cancelled, "the client was closed"))) }
    }

    private mutating func obey(_ command: CurlLoop.Command) {
        switch command {
        case .start(let request, let channel):
            waiting.append((request, channel))
            fill()
        case .end(let identifier, let error):
            if let transfer = active[identifier] {
                end(transfer, .failure(error))
            } else if let index = waiting.firstIndex(where: { $0.channel.identifier == identifier }) {
                waiting.remove(at: index).channel.ended(.failure(error))
            }
        case .resume(let identifier): active[identifier]?.resume()
        }
    }

    /// Starts as many as may run at once.
    private mutating func fill() {
        while active.count < settings.concurrency, !waiting.isEmpty {
            let (request, channel) = waiting.removeFirst()
            do {
                let transfer = try CurlTransfer(request, channel: channel, settings: settings)
                active[channel.identifier] = transfer
                _ = unsafe curl_multi_add_handle(multi.handle, transfer.easy)
            } catch {
                channel.ended(.failure(error))
            }
        }
    }

    private mutating func end(_ transfer: CurlTransfer, _ result: Result<Void, HTTPError>) {
        _ = unsafe curl_multi_remove_handle(multi.handle, transfer.easy)
        active[transfer.channel.identifier] = nil
        transfer.channel.ended(result)
    }

    /// Ends what has taken too long.
    /// - Returns: how long none of the others will have.
    private mutating func endOverdue() -> Duration {
        let now = ContinuousClock.now
        var next = now + .seconds(60)
        for transfer in active.values {
            guard let (deadline, error) = transfer.deadline(now) else { continue }
            if deadline <= now { end(transfer, .failure(error)) } else { next = min(next, deadline) }
        }
        for (index, entry) in waiting.enumerated().reversed() {
            guard let limit = entry.request.limits.overall else { continue }
            let deadline = entry.channel.begin + limit
            if deadline <= now {
                waiting.remove(at: index).channel.ended(.failure(CurlTransfer.overdue(entry.channel, limit)))
            } else {
                next = min(next, deadline)
            }
        }
        return next - now
    }
}
