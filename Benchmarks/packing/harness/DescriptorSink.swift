import Glibc
import Packing

/// Writes a layer to a file descriptor.
final class DescriptorSink: ByteSink {
    private let descriptor: Int32

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    func write(_ bytes: RawSpan) throws {
        try unsafe bytes.withUnsafeBytes { bytes in
            var rest = unsafe bytes[...]
            while unsafe !rest.isEmpty {
                let count = unsafe Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                guard count > 0 else { throw SystemFailure("write", errno) }
                unsafe rest = rest.dropFirst(count)
            }
        }
    }
}
