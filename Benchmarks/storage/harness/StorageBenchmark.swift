import ArgumentParser
import Glibc
import Hashing
import Logging
import ObjectStorage
import Operations
import Postgres

/// What `Benchmarks/storage/upload` measures: a file goes into the store that the farm's own variables name, as a worker's layer does.
@main struct StorageBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "storage-benchmark", abstract: "Stores a file as a blob.")

    @Option(help: "The file's SHA-256, 64 hexadecimal digits.")
    var digest: String

    @Argument(help: "The file.")
    var file: String

    func run() async throws {
        guard let digest = Digest(hex: Substring(digest)) else { throw ValidationError("--digest takes 64 hexadecimal digits") }
        let store = try StorageSettings(Settings(ProcessEnvironment.value))
            .open(environment: { ProcessEnvironment.value($0) }, logger: Logger(label: "storage-benchmark"))
        let descriptor = unsafe open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StorageError.lastSystemError(file, action: "open") }
        defer { close(descriptor) }
        let writer = try store.beginBlob()
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            let count = unsafe read(descriptor, &buffer, buffer.count)
            guard count >= 0 else { throw StorageError.lastSystemError(file, action: "read") }
            guard count > 0 else { break }
            try unsafe writer.write(buffer.span.extracting(first: count).bytes)
        }
        try await writer.commit(as: digest)
    }
}
