/// A single byte range of a request (RFC 9110, 14.1.2), applied to a blob.
package enum ByteRange: Hashable, Sendable {
    /// No range, or one that this server does not serve (several, other units): the whole blob is the answer.
    case whole
    case part(ClosedRange<Int>)
    case unsatisfiable

    package init(_ header: String?, size: Int) {
        guard let header, header.hasPrefix("bytes="), !header.contains(",") else {
            self = .whole
            return
        }
        let bounds = header.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        guard bounds.count == 2, bounds.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }) else {
            self = .whole
            return
        }
        switch (Int(bounds[0]), Int(bounds[1])) {
        case (let first?, let last) where bounds[1].isEmpty || last != nil:
            let end = min(last ?? size - 1, size - 1)
            if let last, last < first {
                self = .whole
            } else {
                self = first <= end ? .part(first...end) : .unsatisfiable
            }
        case (nil, let count?) where bounds[0].isEmpty:
            self = count > 0 && size > 0 ? .part(max(0, size - count)...size - 1) : .unsatisfiable
        default: self = .whole
        }
    }
}
