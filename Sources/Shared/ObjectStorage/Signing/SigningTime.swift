private import Glibc

/// A moment in the forms that signatures carry.
package struct SigningTime: Hashable, Sendable {
    /// `YYYYMMDD`.
    package let date: String
    /// `YYYYMMDD'T'HHMMSS'Z'`.
    package let stamp: String

    /// - Parameter seconds: since 1970.
    package init(seconds: Int64) {
        var time = time_t(seconds)
        var parts = unsafe tm()
        unsafe gmtime_r(&time, &parts)
        func digits(_ number: Int32, _ count: Int = 2) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        date = unsafe digits(parts.tm_year + 1900, 4) + digits(parts.tm_mon + 1) + digits(parts.tm_mday)
        stamp = unsafe date + "T" + digits(parts.tm_hour) + digits(parts.tm_min) + digits(parts.tm_sec) + "Z"
    }
}

/// Moments as JSON and XML answers give them (RFC 3339): `2024-05-06T07:08:09.123Z`.
package enum Timestamp {
    /// Seconds since 1970, or `nil` for what is no moment in UTC.
    package static func seconds(_ text: some StringProtocol) -> Int64? {
        let numbers = text.split { !$0.isASCII || !$0.isWholeNumber }.map { Int32($0) }
        guard text.utf8.count >= 20, text.hasSuffix("Z"), numbers.count >= 6, let year = numbers[0], let month = numbers[1],
            let day = numbers[2],
            let hour = numbers[3], let minute = numbers[4], let second = numbers[5]
        else { return nil }
        var parts = unsafe tm()
        unsafe parts.tm_year = year - 1900
        unsafe parts.tm_mon = month - 1
        unsafe parts.tm_mday = day
        unsafe parts.tm_hour = hour
        unsafe parts.tm_min = minute
        unsafe parts.tm_sec = second
        return Int64(unsafe timegm(&parts))
    }
}
