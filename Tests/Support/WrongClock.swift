private import Glibc

/// A wall clock that is not what it should be, for a program that a test starts; its monotonic clocks are right.
package enum WrongClock: String, CaseIterable, Sendable {
    case ahead, behind

    /// How far off it is, in seconds.
    private static let seconds = 3600

    package var other: WrongClock { self == .ahead ? .behind : .ahead }

    /// What gives a program that clock, besides its other variables.
    /// - Throws: ``TestSupportError`` if it does not.
    package var environment: [String: String] {
        get throws {
            let offset = self == .ahead ? Self.seconds : -Self.seconds
            let variables = ["LD_PRELOAD": try BuiltProgram("libwrong-clock.so").path, "WRONG_CLOCK_SECONDS": "\(offset)"]
            let shown = try TestProcess.output(variables.map { "\($0.key)=\($0.value)" } + ["date", "+%s"])
            guard let clock = Int(shown), abs(clock - Int(time(nil)) - offset) < 300 else {
                throw TestSupportError("a program's clock cannot be changed: `date` shows \(shown)")
            }
            return variables
        }
    }
}
