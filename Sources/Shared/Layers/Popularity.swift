private import FoundationEssentials

/// How often paths are referred to across a whole package set, pinned for the recipes that use it.
///
/// Counts are compared as percentiles: raw counts differ by orders of magnitude between package sets, so that neither a
/// fixed threshold nor a product with sizes would mean the same on two of them.
package struct Popularity: Hashable, Sendable {
    /// No data: every path has percentile 0.
    package static let none = Popularity(counts: [:])

    /// Name without hash -> percentile.
    private let percentiles: [String: Int]

    /// - Parameter json: an object that maps names without hash (`glibc-2.38-44`) to how many paths refer to them.
    /// - Throws: ``PopularityError`` for anything else.
    package init(json: [UInt8]) throws(PopularityError) { self.init(counts: try Self.counts(json: json)) }

    package init(counts: [String: UInt64]) {
        var smaller: [UInt64: Int] = [:]
        for (position, count) in counts.values.sorted().enumerated() where smaller[count] == nil { smaller[count] = position }
        percentiles = counts.mapValues { smaller[$0, default: 0] * 100 / counts.count }
    }

    /// How many of a hundred names are referred to less often than this path's: 0...99, 0 for an unknown one.
    ///
    /// "Less often" and not "at most as often", because most names of a package set share the smallest counts.
    package func percentile(of path: StorePath) -> Int { percentiles[path.name, default: 0] }

    /// Reads popularity data: name without hash -> count.
    /// - Throws: ``PopularityError`` that says what is wrong with it.
    package static func counts(json: [UInt8]) throws(PopularityError) -> [String: UInt64] {
        let counts: [String: Count]
        do {
            counts = try JSONDecoder().decode([String: Count].self, from: Data(json))
        } catch let error as PopularityError {
            throw error
        } catch {
            throw .notAnObject
        }
        if let wrong = counts.keys.filter({ !StorePath.isName($0) }).min() { throw .wrongName(wrong) }
        // JSON's integers are signed everywhere else in this program; so large a count says no more than the largest does.
        return counts.mapValues { min($0.value, UInt64(Int64.max)) }
    }

    /// Names what it belongs to when it is none: the decoder's own error for a number out of range does not.
    private struct Count: Decodable {
        let value: UInt64

        init(from decoder: any Decoder) throws {
            guard let value = try? decoder.singleValueContainer().decode(UInt64.self) else {
                throw PopularityError.wrongCount(name: decoder.codingPath.last?.stringValue ?? "")
            }
            self.value = value
        }
    }
}
