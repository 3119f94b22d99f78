/// Sizes for people.
package enum ByteCount {
    /// With one decimal, in powers of 1000: `12.3 MB`.
    package static func text(_ bytes: Int64) -> String {
        guard bytes >= 1000 else { return "\(bytes) B" }
        var value = Double(bytes)
        for unit in ["kB", "MB", "GB", "TB"] {
            value /= 1000
            // 999.95 would be shown as 1000.0.
            if value < 999.95 { return "\(oneDecimal(value)) \(unit)" }
        }
        return "\(oneDecimal(value / 1000)) PB"
    }

    private static func oneDecimal(_ value: Double) -> String {
        let tenths = Int64((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
