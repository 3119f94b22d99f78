import Glibc
import Subprocess
import TestSupport
import Testing

@testable import Postgres

#if canImport(System)
import System
#else
import SystemPackage
#endif

/// The program `nixery-frontend` on a database of its own.
struct FrontendProcess {
    let configuration: PostgresConfiguration
    /// The directory of its store.
    let storage: String
    private static let package = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    static func database() async throws -> FrontendProcess {
        FrontendProcess(
            configuration: try await TemporaryPostgres.shared.database(migrations: "Migrations"),
            storage: try TestProcess.temporaryDirectory())
    }

    /// All that a frontend needs, and more variables.
    func environment(_ variables: [String: String], port: Int) -> [String: String] {
        let database = configuration.parameters.map { "\($0.key)='\($0.value)'" }.joined(separator: " ")
        return [
            "DATABASE_URL": database, "STORAGE_PATH": storage, "NIXERY_PKGS_PATH": "/srv/set",
            "NIXERY_MIGRATIONS": Self.package + "/Migrations", "NIXERY_HOST": "127.0.0.1", "PORT": "\(port)",
        ].merging(variables) { $1 }
    }

    /// Runs the frontend for as long as `body` takes.
    func serve<Value: Sendable>(_ variables: [String: String], _ body: @escaping @Sendable (_ port: Int) async throws -> Value) async throws
        -> Value
    {
        let port = try Self.freePort()
        let variables = environment(variables, port: port).map { (Environment.Key(stringLiteral: $0.key), Optional($0.value)) }
        let outcome = try await Subprocess.run(
            .path(FilePath(try BuiltProgram("nixery-frontend").path)), arguments: ["serve"],
            environment: .inherit.updating(Dictionary(uniqueKeysWithValues: variables)), input: .none, output: .discarded,
            error: .discarded
        ) { execution in
            // It holds nothing that would have to be put away; told to end, it would first serve whoever waits.
            defer { try? execution.send(signal: .kill) }
            return try await body(port)
        }
        return outcome.closureResult
    }

    /// Asks for an image, once there is somebody to ask.
    /// - Returns: the connection on which the answer would come; for the caller to close.
    static func ask(port: Int) async throws -> Int32 {
        let connection = try await connect(port: port)
        let request = Array("GET /v2/hello/manifests/latest HTTP/1.1\r\nHost: x\r\n\r\n".utf8)
        try #require(unsafe send(connection, request, request.count, Int32(MSG_NOSIGNAL)) == request.count)
        return connection
    }

    static func connect(port: Int) async throws -> Int32 {
        var address = loopback(port)
        while true {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            let status = unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            if status == 0 { return descriptor }
            close(descriptor)
            try await nextTurn()
        }
    }

    static func freePort() throws -> Int { try StubServer { _ in StubAnswer(200) }.port }

    private static func loopback(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = in_port_t(port).bigEndian
        return address
    }
}
