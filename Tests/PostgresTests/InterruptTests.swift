import Testing

@testable import Postgres

@Suite(.timeLimit(.minutes(5))) struct InterruptTests {
    private func isReadable(_ interrupt: Interrupt) -> Bool { SocketWait.hasUnaskedData(interrupt.descriptor) }

    @Test func onlyTheRunningCallIsInterrupted() throws {
        let interrupt = try Interrupt()
        let first = interrupt.newTicket()
        let second = interrupt.newTicket()
        interrupt.raise(first)
        #expect(!isReadable(interrupt))
        interrupt.begin(first)
        interrupt.raise(first)
        interrupt.raise(first)
        #expect(isReadable(interrupt))
        interrupt.end()
        #expect(!isReadable(interrupt))
        interrupt.begin(second)
        interrupt.raise(first)
        #expect(!isReadable(interrupt))
        interrupt.raiseRunning()
        #expect(isReadable(interrupt))
        interrupt.end()
        #expect(!isReadable(interrupt))
    }
}
