import Glibc
import Testing

/// A nix-daemon of the tests' own. It ends with the process that runs the tests, however that ends: its guard's lifeline is held here.
final class NixDaemon: Sendable {
    static let shared = Result { try NixDaemon() }

    let socketPath = "\(Programs.scratch)/daemon.socket"
    private let lifeline: Pipe
    private let process: SpawnedProcess

    private init() throws {
        lifeline = try Pipe()
        let socket = try Self.listen(socketPath)
        defer { close(socket) }
        // A socket that is listening already, as from systemd: clients need not wait for the daemon to come up.
        process = try SpawnedProcess(
            [Programs.guardPath, "--", "/bin/sh", "-c", "LISTEN_PID=$$ LISTEN_FDS=1 exec nix-daemon --daemon 2>/dev/null"],
            environment: [
                "PATH": "/usr/bin:/bin", "HOME": Programs.scratch,
                "NIX_CONFIG": "build-users-group = nixbld\nsubstituters =\nsandbox = false",
            ],
            descriptors: [0: lifeline.reader, 3: socket]
        )
    }

    private static func listen(_ path: String) throws -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        try #require(descriptor >= 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let bound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(descriptor, $0, size) }
        }
        try #require(bound == 0, "cannot bind \(path)")
        try #require(unsafe chmod(path, 0o666) == 0 && Glibc.listen(descriptor, 64) == 0)
        return descriptor
    }
}
