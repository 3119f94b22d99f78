import Foundation
import Packing

/// Keeps what it gets, and does what a test wants before it takes anything.
final class MemorySink: ByteSink {
    private(set) var bytes: [UInt8] = []
    private let before: (_ written: Int) throws -> Void

    init(before: @escaping (_ written: Int) throws -> Void = { _ in }) { self.before = before }

    func write(_ bytes: RawSpan) throws {
        try before(self.bytes.count)
        unsafe bytes.withUnsafeBytes { unsafe self.bytes.append(contentsOf: $0) }
    }

    func save(_ path: String) throws { try Data(bytes).write(to: URL(filePath: path)) }
}
