import Operations
import TestSupport
import Testing

@Suite struct SecretTests {
    private func settings(_ values: [String: String]) throws -> Settings { try Settings.withSecretFiles { values[$0] } }

    @Test(arguments: Settings.secrets)
    func standInAFile(name: String) throws {
        let file = try TemporaryFile("hunter2\n")
        #expect(try settings([name + "_FILE": file.path]).string(name) == "hunter2")
    }

    @Test(arguments: ["hunter 2", "hunter 2\n", "hunter 2\r\n\n"])
    func areTheLineWithoutItsEnd(contents: String) throws {
        let file = try TemporaryFile(contents)
        #expect(try settings(["PGPASSWORD_FILE": file.path]).string("PGPASSWORD") == "hunter 2")
    }

    @Test(arguments: ["", "\n", "hunter2\nhunter3\n", "hunter2\0", String(repeating: "hunter2", count: 200_000)])
    func areOneLine(contents: String) throws {
        let file = try TemporaryFile(contents)
        let error = try #require(throws: SettingsError.self) { try settings(["DATABASE_URL_FILE": file.path]) }
        #expect("\(error)".contains("DATABASE_URL_FILE") && "\(error)".contains(file.path))
        #expect(!"\(error)".contains("hunter"))
    }

    @Test func areNeverTakenFromAFileThatIsNotThere() {
        #expect { try settings(["DATABASE_URL_FILE": "/nonexistent/url"]) } throws: {
            "\($0)" == "DATABASE_URL_FILE: /nonexistent/url cannot be read: No such file or directory"
        }
    }

    @Test func areGivenOnce() throws {
        let file = try TemporaryFile("postgresql://a/farm")
        let both = ["DATABASE_URL": "postgresql://b/farm", "DATABASE_URL_FILE": file.path]
        #expect { try settings(both) } throws: { "\($0)".contains("DATABASE_URL and DATABASE_URL_FILE are both set") }
        #expect(try settings(both.merging(["DATABASE_URL_FILE": ""]) { $1 }).string("DATABASE_URL") == "postgresql://b/farm")
        #expect(try settings(both.merging(["DATABASE_URL": ""]) { $1 }).string("DATABASE_URL") == "postgresql://a/farm")
    }

    /// `SSL_CERT_FILE` is a variable of its own, and so may others be.
    @Test func areTheOnlyOnesInFiles() throws {
        let values = ["SSL_CERT_FILE": "/nonexistent/authorities", "PORT_FILE": "/nonexistent/port", "PORT": "1"]
        let settings = try settings(values)
        #expect(settings.string("SSL_CERT_FILE") == "/nonexistent/authorities")
        #expect(settings.string("SSL_CERT") == nil && settings.string("PORT") == "1")
    }
}
