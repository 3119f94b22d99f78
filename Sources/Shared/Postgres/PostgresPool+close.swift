private import Synchronization

extension PostgresPool {
    /// Refuses new calls, waits until the others have ended (each has a deadline), and disconnects. If the task is cancelled, it
    /// cancels their statements instead of waiting.
    package func close() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isCancelled = Task.isCancelled
                perform { shell in
                    shell.closing.append(continuation)
                    let drained = shell.state.close()
                    return isCancelled ? [.drained] : [drained]
                }
            }
        } onCancel: {
            perform { _ in [.drained] }
        }
        if Task.isCancelled {
            for session in sessions { session.cancelRunning() }
        }
        for session in sessions { await session.disconnect() }
    }
}
