/// Lets other tasks run; the step of a loop that waits for an event.
/// - Throws: `CancellationError`, so that a suite's time limit ends the loop.
package func nextTurn() async throws {
    try Task.checkCancellation()
    await Task.yield()
}
