import HTTP
import Synchronization
import TestSupport

/// Values given out one after the other, then `nil`.
final class Sequenced<Value: Sendable>: Sendable {
    private let values: Mutex<[Value]>

    init(_ values: [Value]) { self.values = Mutex(values) }

    func next() -> Value? { values.withLock { $0.isEmpty ? nil : $0.removeFirst() } }
}

/// Remembers values in the order in which they come.
final class Recorder<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])

    func add(_ value: Value) { values.withLock { $0.append(value) } }
    var all: [Value] { values.withLock { $0 } }
}

/// Bytes that differ from place to place.
func pattern(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) } }
