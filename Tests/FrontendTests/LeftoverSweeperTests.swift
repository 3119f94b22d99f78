import Foundation
import FrontendServer
import Hashing
import Logging
import ObjectStorage
import ServiceLifecycle
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct LeftoverSweeperTests {
    @Test func whatIsOlderThanAnHourGoes() async throws {
        let root = NSTemporaryDirectory() + "nixery-leftovers-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: root) }
        let store = try DirectoryStore(root: root)
        for (name, age) in [("old", 3700.0), ("young", 3500)] {
            let path = "\(root)/staging/\(name)"
            let attributes = [FileAttributeKey.modificationDate: Date(timeIntervalSinceNow: -age)]
            #expect(FileManager.default.createFile(atPath: path, contents: nil, attributes: nil))
            try FileManager.default.setAttributes(attributes, ofItemAtPath: path)
        }
        let sweeper = LeftoverSweeper(store: store, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await sweeper.run() }
            while FileManager.default.fileExists(atPath: "\(root)/staging/old") {
                try Task.checkCancellation()
                await Task.yield()
            }
            group.cancelAll()
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(root)/staging") == ["young"])
    }
}
