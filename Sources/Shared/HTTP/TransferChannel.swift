private import Synchronization

/// What passes between a task and the thread that carries its transfer: the answer's head and pieces one way, the request's pieces the other,
/// each held up while the other side is behind.
final class TransferChannel: Sendable {
    /// Bytes of the answer that may wait for their reader.
    static let receiveBuffer = 512 * 1024

    private struct State {
        var head: HTTPResponseHead?
        var received: [[UInt8]] = []
        var receivedBytes = 0
        var isReceivingPaused = false
        var piece: [UInt8]?
        var isSendingPaused = false
        var end: Result<Void, HTTPError>?
        var reader: CheckedContinuation<Void, Never>?
        var writer: CheckedContinuation<Void, Never>?

        mutating func takeReader() -> CheckedContinuation<Void, Never>? {
            defer { reader = nil }
            return reader
        }

        mutating func takeWriter() -> CheckedContinuation<Void, Never>? {
            defer { writer = nil }
            return writer
        }
    }

    let identifier: UInt64
    /// Host and port, for messages.
    let host: String
    let begin = ContinuousClock.now
    private let loop: CurlLoop
    private let state = Mutex(State())

    init(identifier: UInt64, host: String, loop: CurlLoop) {
        self.identifier = identifier
        self.host = host
        self.loop = loop
    }

    func error(_ kind: HTTPError.Kind, _ reason: String) -> HTTPError { HTTPError(kind, host: host, reason) }

    // MARK: - Of the task

    /// Waits for the answer's head.
    func head() async throws(HTTPError) -> HTTPResponseHead {
        while true {
            switch state.withLock({ ($0.head, $0.end) }) {
            case (let head?, _): return head
            case (nil, .failure(let error)?): throw error
            case (nil, .success?): throw error(.invalidAnswer, "the answer has no head")
            case (nil, nil): await wait { $0.head != nil }
            }
        }
    }

    /// Waits for the next piece of the answer's body.
    func next() async throws(HTTPError) -> [UInt8]? {
        while true {
            let (piece, end, resumes) = state.withLock { state in
                guard !state.received.isEmpty else { return ([UInt8]?.none, state.end, false) }
                let piece = state.received.removeFirst()
                state.receivedBytes -= piece.count
                let resumes = state.isReceivingPaused && state.receivedBytes <= Self.receiveBuffer / 2
                if resumes { state.isReceivingPaused = false }
                return (piece, state.end, resumes)
            }
            if resumes { loop.post(.resume(identifier)) }
            if let piece { return piece }
            switch end {
            case .success?: return nil
            case .failure(let error)?: throw error
            case nil: await wait { !$0.received.isEmpty }
            }
        }
    }

    /// Hands a piece of the request's body over, once the piece before is taken.
    /// - Returns: `false` when the transfer has ended.
    func send(_ piece: [UInt8]) async -> Bool {
        while true {
            let (done, resumes) = state.withLock { state -> (Bool?, Bool) in
                if state.end != nil { return (false, false) }
                guard state.piece == nil else { return (nil, false) }
                state.piece = piece
                defer { state.isSendingPaused = false }
                return (true, state.isSendingPaused)
            }
            if resumes { loop.post(.resume(identifier)) }
            if let done { return done }
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    guard state.piece != nil, state.end == nil else { return true }
                    state.writer = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        }
    }

    /// Ends the transfer from the task's side, if it has not ended.
    func abort(_ error: HTTPError) { loop.post(.end(identifier, error)) }

    /// Waits until the transfer has ended or `isReady` is true of its state.
    private func wait(_ isReady: @Sendable (borrowing State) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                guard state.end == nil, !isReady(state) else { return true }
                state.reader = continuation
                return false
            }
            if isReady { continuation.resume() }
        }
    }

    // MARK: - Of the thread

    func received(_ head: HTTPResponseHead) {
        state.withLock { state in
            state.head = head
            return state.takeReader()
        }?.resume()
    }

    /// - Returns: `false` when the reader is behind: the piece is to be offered again after a resumption.
    func received(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let (isTaken, reader) = state.withLock { state -> (Bool, CheckedContinuation<Void, Never>?) in
            guard state.received.isEmpty || state.receivedBytes + bytes.count <= Self.receiveBuffer else {
                state.isReceivingPaused = true
                return (false, nil)
            }
            state.received.append(unsafe [UInt8](bytes))
            state.receivedBytes += bytes.count
            return (true, state.takeReader())
        }
        reader?.resume()
        return isTaken
    }

    /// The next piece to send, or `nil` when the writer is behind: sending goes on after a resumption.
    func pieceToSend() -> [UInt8]? {
        let (piece, writer) = state.withLock { state -> ([UInt8]?, CheckedContinuation<Void, Never>?) in
            defer { state.piece = nil }
            state.isSendingPaused = state.piece == nil
            return (state.piece, state.takeWriter())
        }
        writer?.resume()
        return piece
    }

    func ended(_ result: Result<Void, HTTPError>) {
        let waiting = state.withLock { state in
            state.end = state.end ?? result
            return [state.takeReader(), state.takeWriter()]
        }
        for continuation in waiting { continuation?.resume() }
    }
}
