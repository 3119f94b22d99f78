internal import CLibcurl

/// libcurl's handle for many transfers on one thread. Only ``wake()`` may be called from other threads.
@safe final class CurlMulti: @unchecked Sendable {
    let handle: UnsafeMutableRawPointer

    /// libcurl asks for one call in a process before all others.
    private static let isInitialised = curl_global_init(farm_curl_global_all) == CURLE_OK

    /// `nil` when libcurl cannot start.
    init?(idleConnections: Int) {
        guard Self.isInitialised, let handle = unsafe curl_multi_init() else { return nil }
        unsafe self.handle = unsafe handle
        _ = unsafe farm_curl_multi_set_long(handle, CURLMOPT_MAXCONNECTS, idleConnections)
    }

    deinit { _ = unsafe curl_multi_cleanup(handle) }

    /// Ends the wait that is on, or else the next one.
    func wake() { _ = unsafe curl_multi_wakeup(handle) }

    func wait(_ time: Duration) {
        let milliseconds = time.components.seconds * 1000 + time.components.attoseconds / 1_000_000_000_000_000 + 1
        _ = unsafe curl_multi_poll(handle, nil, 0, Int32(clamping: max(0, milliseconds)), nil)
    }

    func perform() {
        var running: Int32 = 0
        _ = unsafe curl_multi_perform(handle, &running)
    }

    /// The next transfer that has ended, by its handle.
    func nextEnded() -> (easy: UnsafeMutableRawPointer, code: CURLcode)? {
        var left: Int32 = 0
        while let message = unsafe curl_multi_info_read(handle, &left) {
            if unsafe message.pointee.msg == CURLMSG_DONE, let easy = unsafe message.pointee.easy_handle {
                return unsafe (easy, farm_curl_message_result(message))
            }
        }
        return nil
    }
}
