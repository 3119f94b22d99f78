private import Dispatch

/// Runs an actor's code on a thread that may block, away from the threads that all other tasks share.
///
/// A serial dispatch queue holds one thread while it has work; waiting for the server on it stops nobody else.
package final class ThreadExecutor: SerialExecutor {
    private let queue: DispatchQueue

    package init(label: String) {
        queue = DispatchQueue(label: label)
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async {
            unsafe job.runSynchronously(on: self.asUnownedSerialExecutor())
        }
    }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        unsafe UnownedSerialExecutor(ordinary: self)
    }

    package func checkIsolated() {
        dispatchPrecondition(condition: .onQueue(queue))
    }

    /// Runs `work` on the thread, from code that cannot await.
    func submit(_ work: @escaping @Sendable () -> Void) {
        queue.async(execute: work)
    }
}
