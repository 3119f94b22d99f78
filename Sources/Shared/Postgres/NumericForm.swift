private import Glibc

/// A `numeric` in its binary form (`numeric_send`): the count of base-10,000 digits, the weight of the first one, the sign, the number of
/// decimal places shown, and the digits, each in two bytes.
struct NumericForm {
    private let digits: [UInt16]
    /// The first digit counts 10,000 to this power.
    private let weight: Int
    private let sign: UInt16

    private static let negative: UInt16 = 0x4000
    private static let infinity: UInt16 = 0xD000
    private static let negativeInfinity: UInt16 = 0xF000
    private static let notANumber: UInt16 = 0xC000

    init(_ value: ColumnValue) throws(PostgresError) {
        let count: UInt16 = try value.integer(at: 0)
        let weight: Int16 = try value.integer(at: 2)
        self.weight = Int(weight)
        sign = try value.integer(at: 4)
        var digits: [UInt16] = []
        for index in 0..<Int(count) {
            digits.append(try value.integer(at: 8 + 2 * index))
        }
        self.digits = digits
    }

    /// The value if it is a whole number of 64 bits.
    var wholeNumber: Int? {
        guard sign == 0 || sign == Self.negative else { return nil }
        var value = 0
        for place in stride(from: weight, through: 0, by: -1) {
            let index = weight - place
            let digit = index < digits.count ? Int(digits[index]) : 0
            let (product, overflow) = value.multipliedReportingOverflow(by: 10_000)
            // Below zero throughout, because the range of Int reaches one further there.
            let (sum, overflowOfSum) = product.subtractingReportingOverflow(digit)
            if overflow || overflowOfSum { return nil }
            value = sum
        }
        // Digits after the point.
        guard digits.dropFirst(max(0, weight + 1)).allSatisfy({ $0 == 0 }) else { return nil }
        if sign == Self.negative { return value }
        return value == .min ? nil : -value
    }

    /// The nearest value or one beside it.
    var double: Double {
        switch sign {
        case Self.notANumber: return .nan
        case Self.infinity: return .infinity
        case Self.negativeInfinity: return -.infinity
        default: break
        }
        let mantissa = digits.reduce(0.0) { $0 * 10_000 + Double($1) }
        let exponent = weight - (digits.count - 1)
        let magnitude = exponent < 0 ? mantissa / pow(10_000, Double(-exponent)) : mantissa * pow(10_000, Double(exponent))
        return sign == Self.negative ? -magnitude : magnitude
    }
}
