import Glibc
import Postgres
import Testing

@Suite struct MigrationFilesTests {
    /// Runs `body` with a directory that holds files of these names and contents.
    private func withDirectory(_ files: [(String, String)], _ body: (String) throws -> Void) throws {
        var template = Array("/tmp/farm-migrations.XXXXXX".utf8CString)
        let directory = try #require(unsafe mkdtemp(&template).map { unsafe String(cString: $0) })
        defer {
            for (name, _) in files { unsafe unlink("\(directory)/\(name)") }
            unsafe rmdir(directory)
        }
        for (name, text) in files {
            let file = unsafe open("\(directory)/\(name)", O_WRONLY | O_CREAT, 0o600)
            try #require(file >= 0)
            unsafe write(file, text, text.utf8.count)
            close(file)
        }
        try body(directory)
    }

    @Test func readsTheFilesInOrder() throws {
        try withDirectory([("0010_b.sql", "SELECT 2"), ("0002_a-b_c.sql", "SELECT 1"), ("README.md", "x"), (".0001_x.sql", "y")]) {
            directory in
            let migrations = try Migrator.load(directory: directory).migrations
            #expect(migrations.map(\.number) == [2, 10])
            #expect(migrations.map(\.sql) == ["SELECT 1", "SELECT 2"])
        }
    }

    @Test(arguments: ["1_a.sql", "0001.sql", "0001_.sql", "0000_a.sql", "0001_A.sql", "00001_a.sql", "0001 a.sql", "a.sql"])
    func badNameIsRefused(_ name: String) throws {
        try withDirectory([(name, "")]) { directory in
            #expect(throws: MigrationError.badFileName(name)) { try Migrator.load(directory: directory) }
        }
    }

    @Test func sameNumberTwiceIsRefused() throws {
        try withDirectory([("0001_a.sql", ""), ("0001_b.sql", "")]) { directory in
            #expect(throws: MigrationError.sameNumber("0001_a.sql", "0001_b.sql")) { try Migrator.load(directory: directory) }
        }
    }

    @Test func missingOrEmptyDirectoryIsNamed() throws {
        let missing = MigrationError.unreadable(path: "/nonexistent", reason: "No such file or directory")
        #expect(throws: missing) { try Migrator.load(directory: "/nonexistent") }
        try withDirectory([]) { directory in
            #expect(throws: MigrationError.empty(directory: directory)) { try Migrator.load(directory: directory) }
        }
    }

    @Test func bytesThatAreNotTextAreRefused() {
        #expect(throws: MigrationError.notText("0001_a.sql")) { try Migration(fileName: "0001_a.sql", bytes: [0xff, 0xfe]) }
    }
}
