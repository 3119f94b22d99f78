private import Glibc
package import Logging

extension Migrator {
    /// Reads every `.sql` file of a directory. Other files are passed over.
    /// - Throws: ``MigrationError`` when the directory or a file cannot be read, or a name or number is wrong.
    package static func load(directory: String, logger: Logger = Logger(label: "migrate")) throws -> Migrator {
        let migrations = try sqlFiles(in: directory).map { name in
            try Migration(fileName: name, bytes: try contents(of: "\(directory)/\(name)"))
        }
        guard !migrations.isEmpty else { throw MigrationError.empty(directory: directory) }
        return try Migrator(migrations, logger: logger)
    }

    private static func sqlFiles(in directory: String) throws(MigrationError) -> [String] {
        guard let stream = unsafe opendir(directory) else { throw .unreadable(path: directory, reason: lastError()) }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            // Names that begin with a dot are editors' own.
            if name.hasSuffix(".sql"), !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    private static func contents(of path: String) throws(MigrationError) -> [UInt8] {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw .unreadable(path: path, reason: lastError()) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = unsafe read(file, &block, block.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw .unreadable(path: path, reason: lastError())
            }
            bytes.append(contentsOf: block[..<count])
        }
    }

    private static func lastError() -> String {
        unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "errno \(errno)"
    }
}
