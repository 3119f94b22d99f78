private import Glibc

/// Dates of HTTP headers (RFC 9110, 5.6.7), such as `Sun, 06 Nov 1994 08:49:37 GMT`; the two obsolete forms are not read.
package enum HTTPDate {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Seconds since 1970, or `nil` for anything else.
    package static func seconds(_ text: some StringProtocol) -> Int64? {
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", let day = Int32(words[1]), let month = months.firstIndex(of: String(words[2])),
            let year = Int32(words[3])
        else { return nil }
        let clock = words[4].split(separator: ":").map { Int32($0) }
        guard clock.count == 3, let hour = clock[0], let minute = clock[1], let second = clock[2], (1970...9999).contains(year),
            (1...31).contains(day), (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        var time = unsafe tm()
        unsafe time.tm_year = year - 1900
        unsafe time.tm_mon = Int32(month)
        unsafe time.tm_mday = day
        unsafe time.tm_hour = hour
        unsafe time.tm_min = minute
        unsafe time.tm_sec = second
        return Int64(unsafe timegm(&time))
    }
}
