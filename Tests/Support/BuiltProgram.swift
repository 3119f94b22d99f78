private import Glibc
private import Subprocess

#if canImport(System)
private import System
#else
private import SystemPackage
#endif

/// A program of this package, run as a person runs it. A test target that uses it depends on the program, so that it is built before.
package struct BuiltProgram: Sendable {
    package struct Result: Sendable {
        /// 128 + N when signal N ended it.
        package let status: Int
        package let output: String
        package let errors: String
    }

    package let path: String

    /// - Throws: ``TestSupportError`` when it is not beside the tests.
    package init(_ name: String) throws {
        let places = CommandLine.arguments.map { $0.split(separator: "/").dropLast() }
        for place in places {
            for depth in 0..<3 {
                let candidate = "/" + (place.dropLast(depth) + [Substring(name)]).joined(separator: "/")
                if unsafe access(candidate, X_OK) == 0 {
                    path = candidate
                    return
                }
            }
        }
        throw TestSupportError("\(name) is not built: it is not beside the tests")
    }

    /// Runs the program to its end.
    /// - Parameters:
    ///   - input: what it reads from standard input.
    ///   - environment: variables besides those of this process.
    package func run(_ arguments: [String], input: String = "", environment: [String: String] = [:]) async throws -> Result {
        let variables = environment.map { (Environment.Key(stringLiteral: $0.key), Optional($0.value)) }
        let result = try await Subprocess.run(
            .path(FilePath(path)), arguments: Arguments(arguments),
            environment: .inherit.updating(Dictionary(uniqueKeysWithValues: variables)), input: .string(input),
            output: .string(limit: 64 << 20), error: .string(limit: 1 << 20))
        let status =
            switch result.terminationStatus {
            case .exited(let code): Int(code)
            case .signaled(let signal): 128 + Int(signal)
            }
        return Result(status: status, output: result.standardOutput, errors: result.standardError)
    }
}
