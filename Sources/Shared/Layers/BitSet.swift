/// A set of small numbers below a fixed bound, one bit each: a closure of 5,000 paths has 5,000 such sets.
struct BitSet: Hashable {
    private var words: [UInt64]

    /// The empty set of numbers below `bound`.
    init(bound: Int) { words = [UInt64](repeating: 0, count: (bound + 63) / 64) }

    init(bound: Int, _ members: some Sequence<Int>) {
        self.init(bound: bound)
        for member in members { insert(member) }
    }

    mutating func insert(_ member: Int) { words[member / 64] |= 1 << UInt64(member % 64) }

    func contains(_ member: Int) -> Bool { words[member / 64] & (1 << UInt64(member % 64)) != 0 }

    mutating func formUnion(_ other: BitSet) {
        for index in words.indices { words[index] |= other.words[index] }
    }

    mutating func subtract(_ other: BitSet) {
        for index in words.indices { words[index] &= ~other.words[index] }
    }

    func isSubset(of other: BitSet) -> Bool {
        words.indices.allSatisfy { words[$0] & ~other.words[$0] == 0 }
    }

    var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    /// Ascending.
    var members: [Int] {
        var members: [Int] = []
        for (index, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                members.append(index * 64 + rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
        return members
    }
}
