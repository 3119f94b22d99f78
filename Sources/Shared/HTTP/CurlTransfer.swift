internal import CLibcurl

/// One transfer under way, with its libcurl handle. Lives on the thread of its ``CurlLoop``.
@safe final class CurlTransfer {
    let easy: UnsafeMutableRawPointer
    let request: HTTPRequest
    let channel: TransferChannel
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private let errorText: UnsafeMutablePointer<CChar>

    /// When a byte went either way for the last time; `nil` before there is a connection.
    private var lastActivity: ContinuousClock.Instant?
    /// Whether this side holds the transfer up: reader or writer are behind.
    private var isHeldUp = false

    // The head that is coming in.
    private var status = 0
    private var headers = HTTPHeaders()
    private var isHeadComplete = false

    // What has been sent.
    private var sent: Int64 = 0
    private var piece: ArraySlice<UInt8> = []
    private var bodyError: HTTPError?

    /// - Throws: ``HTTPError`` for a request that cannot be sent as it is.
    init(_ request: HTTPRequest, channel: TransferChannel, settings: HTTPSettings) throws(HTTPError) {
        self.request = request
        self.channel = channel
        if let name = request.headers.unsendable {
            throw channel.error(.invalidRequest, "the header '\(name)' has a character that headers cannot have")
        }
        guard let easy = unsafe curl_easy_init() else { throw channel.error(.local, "no memory for a request") }
        unsafe self.easy = unsafe easy
        unsafe errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        configure(settings)
    }

    deinit {
        unsafe curl_easy_cleanup(easy)
        unsafe curl_slist_free_all(headerList)
        unsafe errorText.deallocate()
    }

    func resume() {
        isHeldUp = false
        lastActivity = lastActivity.map { _ in .now }
        _ = unsafe curl_easy_pause(easy, CURLPAUSE_CONT)
    }

    /// When this transfer will have taken too long, and what to say of it then.
    func deadline(_ now: ContinuousClock.Instant) -> (ContinuousClock.Instant, HTTPError)? {
        var deadlines: [(ContinuousClock.Instant, HTTPError)] = []
        if let limit = request.limits.overall { deadlines.append((channel.begin + limit, Self.overdue(channel, limit))) }
        if let lastActivity, !isHeldUp {
            let limit = request.limits.silence
            deadlines.append((lastActivity + limit, channel.error(.silence, "nothing was sent or received for \(limit)")))
        }
        return deadlines.min { $0.0 < $1.0 }
    }

    static func overdue(_ channel: TransferChannel, _ limit: Duration) -> HTTPError {
        channel.error(.overallTimeout, "the request was not done after \(limit)")
    }

    /// What libcurl's end of the transfer means.
    func result(_ code: CURLcode) -> Result<Void, HTTPError> {
        if code == CURLE_OK { return .success(()) }
        if let bodyError { return .failure(bodyError) }
        return .failure(HTTPError(code, host: channel.host, detail: unsafe String(cString: errorText)))
    }

    private func configure(_ settings: HTTPSettings) {
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_URL, request.url)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS)
        set(CURLOPT_CONNECTTIMEOUT_MS, max(1, Int(request.limits.connect / .milliseconds(1))))
        set(CURLOPT_PROXY, request.usesProxy ? settings.proxy(for: request.url) : "")
        if let hosts = settings.noProxy { set(CURLOPT_NOPROXY, hosts) }
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        if let file = settings.authorities { set(CURLOPT_CAINFO, file) }
        if let directory = settings.authorityDirectory { set(CURLOPT_CAPATH, directory) }
        set(CURLOPT_USERAGENT, settings.userAgent)
        set(CURLOPT_BUFFERSIZE, 256 * 1024)
        set(CURLOPT_UPLOAD_BUFFERSIZE, 512 * 1024)
        _ = unsafe farm_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText)

        switch (request.method, request.body) {
        case ("HEAD", .none): set(CURLOPT_NOBODY, 1)
        case ("GET", .none): break
        case ("DELETE", .none): set(CURLOPT_CUSTOMREQUEST, request.method)
        default:
            set(CURLOPT_UPLOAD, 1)
            set(CURLOPT_CUSTOMREQUEST, request.method)
            _ = unsafe farm_curl_set_offset(easy, CURLOPT_INFILESIZE_LARGE, curl_off_t(request.body.length))
        }
        for field in request.headers.fields {
            append(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        // No waiting for a "100 Continue" that some servers never send.
        append("Expect:")
        _ = unsafe farm_curl_set_pointer(easy, CURLOPT_HTTPHEADER, headerList)
        setCallbacks()
    }

    private func setCallbacks() {
        // The handle is cleaned up before this object goes, so the pointer stays good.
        let me = unsafe Unmanaged.passUnretained(self).toOpaque()
        for option in [CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_READDATA, CURLOPT_SEEKDATA, CURLOPT_PREREQDATA] {
            _ = unsafe farm_curl_set_pointer(easy, option, me)
        }
        _ = unsafe farm_curl_set_data_function(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, me in
            unsafe CurlTransfer.from(me)?.take(UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? 0
        }
        _ = unsafe farm_curl_set_data_function(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, me in
            unsafe CurlTransfer.from(me)?.takeHeader(UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? 0
        }
        _ = unsafe farm_curl_set_data_function(easy, CURLOPT_READFUNCTION) { bytes, size, count, me in
            unsafe CurlTransfer.from(me)?.give(UnsafeMutableRawBufferPointer(start: bytes, count: size * count)) ?? farm_curl_read_abort
        }
        _ = unsafe farm_curl_set_seek_function(easy) { me, offset, origin in
            unsafe CurlTransfer.from(me)?.seek(Int64(offset), origin) ?? CURL_SEEKFUNC_FAIL
        }
        _ = unsafe farm_curl_set_request_function(easy) { me, _, _, _, _ in
            unsafe CurlTransfer.from(me)?.lastActivity = .now
            return CURL_PREREQFUNC_OK
        }
    }

    private static func from(_ pointer: UnsafeMutableRawPointer?) -> CurlTransfer? {
        unsafe pointer.map { unsafe Unmanaged<CurlTransfer>.fromOpaque($0).takeUnretainedValue() }
    }

    private func take(_ bytes: UnsafeRawBufferPointer) -> Int {
        lastActivity = .now
        if unsafe channel.received(bytes) { return bytes.count }
        isHeldUp = true
        return farm_curl_write_pause
    }

    private func takeHeader(_ bytes: UnsafeRawBufferPointer) -> Int {
        lastActivity = .now
        let line = unsafe String(decoding: bytes, as: UTF8.self).prefix { $0 != "\r\n" && $0 != "\n" && $0 != "\r" }
        if line.hasPrefix("HTTP/"), !isHeadComplete {
            let words = line.split(separator: " ")
            status = words.count > 1 ? Int(words[1]) ?? 0 : 0
            headers = HTTPHeaders()
        } else if line.isEmpty {
            // Informational heads are followed by the real one (RFC 9110, 15.2).
            if status >= 200, !isHeadComplete {
                isHeadComplete = true
                channel.received(HTTPResponseHead(status: status, headers: headers))
            }
        } else if let colon = line.firstIndex(of: ":") {
            headers.add(String(line[..<colon]), line[line.index(after: colon)...].trimmed)
        }
        return bytes.count
    }

    private func give(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        lastActivity = .now
        let count = Int(min(Int64(buffer.count), request.body.length - sent))
        guard count > 0 else { return 0 }
        let given: Int
        switch request.body {
        case .none: given = 0
        case .bytes(let bytes):
            let start = Int(sent)
            unsafe buffer.copyBytes(from: bytes[start..<start + count])
            given = count
        case .file(let file, let offset, _):
            given = unsafe file.read(at: offset + sent, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]))
        case .stream:
            if piece.isEmpty {
                guard let next = channel.pieceToSend() else {
                    isHeldUp = true
                    return farm_curl_read_pause
                }
                piece = next[...]
            }
            given = min(count, piece.count)
            unsafe buffer.copyBytes(from: piece.prefix(given))
            piece = piece.dropFirst(given)
        }
        guard given > 0 else {
            bodyError = channel.error(.body, "the body to send ended after \(sent) of \(request.body.length) bytes, or could not be read")
            return farm_curl_read_abort
        }
        sent += Int64(given)
        return given
    }

    /// libcurl sends a request again when a connection that it kept was dead.
    private func seek(_ offset: Int64, _ origin: Int32) -> Int32 {
        guard origin == SEEK_SET else { return CURL_SEEKFUNC_FAIL }
        if case .stream = request.body, offset != sent { return CURL_SEEKFUNC_FAIL }
        sent = offset
        return CURL_SEEKFUNC_OK
    }

    private func set(_ option: CURLoption, _ value: Int) { _ = unsafe farm_curl_set_long(easy, option, value) }

    private func set(_ option: CURLoption, _ text: String) {
        // libcurl copies the text.
        _ = unsafe text.withCString { unsafe farm_curl_set_pointer(easy, option, $0) }
    }

    private func append(_ header: String) {
        if let list = unsafe curl_slist_append(headerList, header) { unsafe headerList = unsafe list }
    }
}

extension Substring {
    fileprivate var trimmed: String {
        var rest = self
        while rest.first == " " || rest.first == "\t" { rest.removeFirst() }
        while rest.last == " " || rest.last == "\t" { rest.removeLast() }
        return String(rest)
    }
}
