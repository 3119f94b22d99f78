import Foundation
import HTTP
import Hashing
import Logging
import ObjectStorage
import Synchronization
import TestSupport

let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// Bytes that differ from place to place and from seed to seed.
func pattern(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 8)
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    while bytes.count < count {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: state >> UInt64(shift))) }
    }
    bytes.removeLast(bytes.count - count)
    return bytes
}

/// CRC-32C bit by bit (RFC 3720, appendix B.4), written apart from what it tests.
func crc32c(_ bytes: [UInt8]) -> UInt32 {
    let table = crcTable
    return ~bytes.reduce(UInt32.max) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
}

private let crcTable: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0x82F6_3B78 ^ value >> 1 : value >> 1 }
}

/// Tries again without waiting.
let hasty = RetryPolicy(attempts: 8, sleep: { _ in try Task.checkCancellation() })

/// Limits short enough for tests that stall.
let shortLimits = HTTPLimits(connect: .seconds(5), silence: .milliseconds(300))

extension ObjectStore {
    /// Stores bytes as a blob, a piece at a time, and gives their digest.
    @discardableResult
    func store(_ bytes: [UInt8], contentType: String = ObjectInfo.anyContent) async throws -> Digest {
        let digest = try SHA256.digest(of: bytes)
        let writer = try beginBlob(contentType: contentType)
        for start in stride(from: 0, to: bytes.count, by: 100_001) {
            let piece = Array(bytes[start..<min(start + 100_001, bytes.count)])
            try unsafe writer.write(piece.span.bytes)
        }
        try await writer.commit(as: digest)
        return digest
    }
}

/// What an operation throws, in words.
func message(_ operation: () async throws -> Void) async -> String {
    do {
        try await operation()
        return "nothing was thrown"
    } catch {
        return "\(error)"
    }
}

/// A clock that only the test moves.
final class TestClock: Sendable {
    private let state: Mutex<(now: Int64, instant: ContinuousClock.Instant)>

    init(now: Int64 = 1_700_000_000) { state = Mutex((now, .now)) }

    func advance(_ seconds: Int64) {
        state.withLock { state in
            state.now += seconds
            state.instant += .seconds(seconds)
        }
    }

    var clock: StorageClock {
        StorageClock(now: { [self] in state.withLock { $0.now } }, instant: { [self] in state.withLock { $0.instant } })
    }
}

/// Counts.
final class Counter: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    @discardableResult
    func add() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}

/// Finds the files of Tests/Fixtures.
enum Fixture {
    static func data(_ name: String) throws -> Data {
        let directory = #filePath.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 }
        return try Data(contentsOf: URL(fileURLWithPath: "\(directory)/Fixtures/\(name)"))
    }
}
