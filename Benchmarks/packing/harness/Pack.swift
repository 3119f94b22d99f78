import ArgumentParser
import Compression
import Glibc
import Layers
import Packing

/// Packs as a worker does; the layers go to standard output, and what it took without the start of this program to standard
/// error.
struct Pack: AsyncParsableCommand {
    @Option(help: "gzip or zstd.")
    var codec: String

    @Option(help: "How many threads work, all told.")
    var threads: Int

    @Flag(help: "Make each store path a layer of its own, several at once, instead of one layer of all.")
    var separately = false

    @Option(help: "What precedes /nix/store on disk.")
    var storeRoot = ""

    @Argument(help: "Store paths, the largest first.")
    var paths: [String]

    /// Most bytes that were resident. Not `ru_maxrss`, which counts the program that started this one as well (getrusage(2)).
    private static var peakMemory: Int {
        guard let file = unsafe fopen("/proc/self/status", "r") else { return 0 }
        defer { unsafe fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while unsafe fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if text.hasPrefix("VmHWM:") { return (Int(text.filter(\.isNumber)) ?? 0) * 1024 }
        }
        return 0
    }

    func run() async throws {
        let format = try PackingFormat.named(codec)
        let contents = try paths.map { try StorePath($0) }
        let threads = SharedThreads(count: threads)
        let storeRoot = storeRoot
        let layers = separately ? contents.map { [$0] } : [contents]
        let part = try await Part.measure {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for layer in layers {
                    group.addTask {
                        try await threads.run {
                            let packer = try LayerPacker(format: format, threads: threads, isCancelled: { false })
                            _ = try packer.pack(contents: layer, storeRoot: storeRoot, to: DescriptorSink(STDOUT_FILENO))
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        let report = "{\"part\": \(part.json), \"peak\": \(Self.peakMemory)}\n"
        try unsafe DescriptorSink(STDERR_FILENO).write(Array(report.utf8).span.bytes)
    }
}

extension PackingFormat {
    static func named(_ codec: String) throws -> PackingFormat {
        guard let format = known.first(where: { $0.codec.rawValue == codec }) else { throw ValidationError("no codec is called \(codec)") }
        return format
    }
}
