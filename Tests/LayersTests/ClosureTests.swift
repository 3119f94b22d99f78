import Layers
import Testing

@Suite struct ClosureTests {
    private static func info(_ number: Int, _ references: [Int] = [], size: Int64 = 1) throws -> PathInfo {
        PathInfo(path: try Graph.path(number), narSize: size, references: try references.map { try Graph.path($0) })
    }

    @Test func sortsAndLeavesOutDoubles() throws {
        let closure = try Closure(
            requested: [Graph.path(2), Graph.path(1), Graph.path(2)], paths: [Self.info(2, [2, 1, 1]), Self.info(1)])
        #expect(closure.requested == [try Graph.path(1), try Graph.path(2)])
        #expect(closure.paths.map(\.path) == closure.requested)
        #expect(closure.paths.last?.references == [try Graph.path(1)])
    }

    @Test(arguments: [
        (ClosureError.nothingRequested, [], [try info(1)]),
        (.requestedPathMissing(try Graph.path(2)), [2], [try info(1)]),
        (.unknownReference(from: try Graph.path(1), to: try Graph.path(7)), [1], [try info(1, [7])]),
        (.unreachable(try Graph.path(2)), [1], [try info(1), try info(2, [1])]),
        (.duplicate(try Graph.path(1)), [1], [try info(1), try info(1)]),
        (.negativeSize(try Graph.path(1)), [1], [try info(1, size: -1)]),
        (.sizeOverflow, [1], [try info(1, [2], size: .max), try info(2)]),
    ])
    func refusesWhatIsNoClosure(error: ClosureError, requested: [Int], paths: [PathInfo]) throws {
        let requested = try requested.map { try Graph.path($0) }
        #expect(throws: error) { try Closure(requested: requested, paths: paths) }
        #expect(!error.description.isEmpty)
    }
}
