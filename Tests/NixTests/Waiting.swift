import Foundation

/// Blocking waits, off the threads that run the tests.
enum Waiting {
    /// Beyond this a test fails instead of hanging.
    static let patience: Int32 = 60_000

    static func detached(_ work: @escaping @Sendable () -> Void) {
        Thread.detachNewThread(work)
    }

    static func value<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            detached { continuation.resume(returning: work()) }
        }
    }
}
