import Glibc
import Signals
import Testing

/// A process that writes to what nobody reads goes on. That the test ends at all is half of what is checked.
@Suite(.timeLimit(.minutes(5))) struct BrokenPipesTests {
    @Test func writeFailsAndTheThreadIsLeftAsItWas() throws {
        let before = Self.mask
        for _ in 0..<3 {
            let error = try BrokenPipes.failingWrites { try Self.errorOfWritingToNobody() }
            #expect(error == EPIPE)
            #expect(Self.mask == before)
        }
    }

    @Test func whatTheBodyThrowsIsThrown() {
        struct Failure: Error {}
        #expect(throws: Failure.self) {
            try BrokenPipes.failingWrites {
                _ = try Self.errorOfWritingToNobody()
                throw Failure()
            }
        }
    }

    private static func errorOfWritingToNobody() throws -> Int32 {
        var ends: [Int32] = [0, 0]
        try #require(unsafe pipe(&ends) == 0)
        close(ends[0])
        defer { close(ends[1]) }
        return unsafe write(ends[1], "x", 1) < 0 ? errno : 0
    }

    private static var mask: [Bool] {
        var mask = sigset_t()
        unsafe pthread_sigmask(SIG_BLOCK, nil, &mask)
        return (1..<32).map { unsafe sigismember(&mask, $0) == 1 }
    }
}
